"""How explanations are shown: `page` and `outline` make lines, `text` and `svg` set them, `schema` is the JSON."""
