"""Social network handles."""

from calanque.privacy.rules import PatternRecogniser, Rule, folded_pattern

_NETWORKS = (
    r"insta(?:gram)?|snap(?:chat)?|twitter|tik\s?tok|facebook|fb|telegram|mastodon|whatsapp|"
    r"discord|linkedin|pseudo(?:nyme)?|identifiant|profil|compte"
)

HANDLE = PatternRecogniser(
    entity="HANDLE",
    trigger="@:=/",
    rules=(
        Rule(
            "at", folded_pattern(r"(?<![\w@./])@[a-z_][\w.]{1,28}\w(?:@[a-z0-9\-]+(?:\.[a-z0-9\-]+)+)?(?![\w@])"), 0.75
        ),
        Rule(
            "after_network",
            folded_pattern(rf"(?<!\w)(?:{_NETWORKS})\s?(?:\w+\s)?[:=]\s?@?(?P<v>[a-z0-9_][\w.\-]{{1,28}}\w)(?!\w)"),
            0.7,
        ),
        Rule(
            "profile_url",
            folded_pattern(
                r"(?:instagram|facebook|twitter|x|tiktok|snapchat|linkedin|t)\.(?:com|me)/(?:in/|add/|"
                r"@)?(?P<v>[\w.\-]{3,50})"
            ),
            0.8,
        ),
    ),
)
