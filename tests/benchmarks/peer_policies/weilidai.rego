package weilidai

import rego.v1

# Restrictions (六, 八).
restrictions contains "RES-AGE" if input.age < 22
restrictions contains "RES-AGE" if input.age > 60
restrictions contains "RES-BLACKLIST" if input.financial_blacklist == 1
restrictions contains "RES-CHANNEL" if input.channel != "in_app"
restrictions contains "RES-CHEAT-TOOL" if input.plugin_detected == 1
restrictions contains "RES-CHEAT-TOOL" if input.location_spoofed == 1
restrictions contains "RES-DEVICE" if input.accounts_on_device > 3
restrictions contains "RES-PHONE-CHANGES" if input.phone_changes_180d >= 3
restrictions contains "RES-REGION" if input.region != "CN"
restrictions contains "RES-REMOTE-LOGIN" if input.remote_login_anomaly == 1
restrictions contains "RES-STUDENT" if input.student == 1
restrictions contains "RES-VIOLATION" if input.platform_violation == 1

# Payments: [months ago, channel, times, fen].
online := sum([p[2] | some p in input.payments; p[1] == "online"])
scanned := sum([p[2] | some p in input.payments; p[1] == "offline_scan"])
other := sum([p[2] | some p in input.payments; p[1] == "offline_other"])
times := (online + scanned) + other
fen := [sum([p[3] | some p in input.payments; p[0] == month]) | some month in [1, 2, 3, 4, 5, 6]]
total := sum(fen)

# Criteria (一).
met contains "ELG-ACTIVITY" if {
	times >= 60
	online > 0
	scanned + other > 0
}
met contains "ELG-IDENTITY" if {
	input.real_name_verified == 1
	input.bank_card_bound == 1
}
met contains "ELG-REPAYMENT" if input.overdue_count == 0
met contains "ELG-SCORE" if input.payment_score >= 550
met contains "ELG-STATUS" if input.account_violation_count == 0
met contains "ELG-TENURE" if input.account_age_days >= 180

# Scorecard (二).
default stability := 0
stability := points if {
	total > 0
	unsteady == 0
	points := stable_points
}
# Not by max(fen) and min(fen): rego-cpp 1.5 compares numbers as texts there.
unsteady := count([f | some f in fen; 100 * abs((6 * f) - total) > 20 * total])

stable_points := 30 if {
	total >= 4800000
} else := 22 if {
	total >= 1800000
} else := 15 if {
	total >= 600000
} else := 8

default social := 0
social := points if {
	input.friend_count >= 200
	input.group_activity_percentile <= 30
	points := social_points
}
social_points := 25 if {
	input.friend_average_score >= 650
} else := 20 if {
	input.friend_average_score >= 600
} else := 12

default assets := 0
assets := points if {
	input.wealth_average_fen >= 500000
	points := asset_points
}
asset_points := 25 if {
	input.wealth_days >= 365
} else := 20 if {
	input.wealth_days >= 180
} else := 15 if {
	input.wealth_days >= 90
} else := 10

engaged contains name if {
	some name in ["uses_wealth_product", "holds_insurance", "red_packet_balanced", "official_account_active"]
	input[name] == 1
}
score := ((stability + social) + assets) + (5 * count(engaged))

# Invitation (三).
triggers contains "INV-SCENE" if {
	online > 0
	100 * scanned >= 30 * times
}
triggers contains "INV-SOCIAL" if {
	input.friend_average_score >= 600
	input.friend_weilidai_share >= 15
}
triggers contains "INV-STABLE" if {
	input.abnormal_logins_90d == 0
	input.device_bound_days >= 90
}
triggers contains "INV-WEALTH" if input.high_net_worth == 1

answer := {
	"restrictions": restrictions,
	"met": met,
	"triggers": triggers,
	"score": score,
}
