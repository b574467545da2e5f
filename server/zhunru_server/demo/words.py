"""What the demo says of its own, in Chinese and English; reasons come from the policy."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "title": "准入 · 谁可以开通微粒贷，以及为什么",
        "starting": "正在启动服务：先用两个引擎核对全部案例 …",
        "applicant": "申请人",
        "outcome": "结论",
        "why": "理由",
        "offer": "授信",
        "qualifies": "可进入下月白名单",
        "next": "下一步",
        "trial": "测试额度",
        "limit": "{limit} 元",
        "rate": "日利率 {daily}%\n年化 {annual}%",
        "trace": "{name} 的完整推理：成立的每条规则、理由、出处与所用事实",
        "score": "评分 {score} · 邀请分 {invitation_score}",
        "section": "第{section}节",
        "criterion": "准入标准",
        "trigger": "邀请触发条件",
        "scorecard": "评分卡",
        "restriction": "限制因素",
        "process": "开通流程",
        "advice": "建议",
        "policy": "规则版本 {version} · 截至 {as_of}",
        "INVITED": "受邀",
        "ACTIVE": "已开通",
        "NOT_INVITED": "未受邀",
        "DEFERRED": "暂缓",
        "INELIGIBLE": "不符合",
        "INDETERMINATE": "无法判断",
        "RESTRICTED": "受限",
        "FROZEN": "冻结",
    },
    "en": {
        "title": "Zhunru · who may open a credit line, and why",
        "starting": "starting a server, which first judges the rules by their cases on two engines …",
        "applicant": "Applicant",
        "outcome": "Outcome",
        "why": "Why",
        "offer": "Offer",
        "qualifies": "qualifies for next month's whitelist",
        "next": "next step",
        "trial": "trial line",
        "limit": "{limit} yuan",
        "rate": "{daily} % a day\n{annual} % a year",
        "trace": "The whole trace of {name}: each rule that fired, its reason, its place and the facts it used",
        "score": "scorecard {score} · invitation score {invitation_score}",
        "section": "section {section}",
        "criterion": "criteria",
        "trigger": "invitation triggers",
        "scorecard": "scorecard",
        "restriction": "restrictions",
        "process": "opening",
        "advice": "advice",
        "policy": "policy {version} · as of {as_of}",
    },
}


def word(language: str, key: str) -> str:
    """The word for `key`; a word of the policy's that is not in the list stands for itself."""
    return WORDS[language].get(key, key)
