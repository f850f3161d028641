"""About 2,200 texts, the same in every run: prompts, accents, emoji, CJK, contractions, entities, control characters."""
import random

WORDS = "a photo of the small large red dog's cat frog aeroplane didn't they've I'm we'll you're he'd it's CLIP Tip-Adapter ViT-B/16 2024 100% #1 @home $5.99 naïve café über Ærøskøbing façade piñata Straße".split()
SCRIPTS = "猫の写真 一张狗的照片 강아지 사진 фотография собаки φωτογραφία ΣΚΎΛΟΣ ΟΔΟΣ צילום صورة लाल घर ภาพถ่าย İstanbul IĞDIR ǆ Ĳ ﬁre ﬀ ＬＯＵＤ　ｎｏｉｓｅ ｶﾀｶﾅ ½ ² ① Ⅳ".split()
EMOJI = ["🐶", "👩‍👩‍👧‍👦", "🇩🇰", "👍🏽", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "❤️", "☃", "🧑🏿‍🚀", "✔️", "1️⃣"]
ENTITIES = ["&amp;", "&lt;b&gt;", "&quot;", "&#39;", "&#x27;", "&eacute;", "&EACUTE;", "&nbsp;", "&amp;amp;", "&notit;", "&copy", "&unknown;", "&#128;", "&hellip;", "<b>", "&#8217;", "& ", "&AMP"]
CONTROL = ["\t", "\n", "\r\n", "\x00", "\x07", "\x0b", "\x0c", "\x1b[31m", "\x1f", "\x7f", "\x85", "\x9c", "\u00a0", "\u200b", "\u200d", "\u2028", "\u202f", "\u3000", "\ufeff", "\u00ad", "\ufffc"]
QUOTES = ["‘a’", "“b”", "it’s", "—", "…", "«c»", "'''", '"', "``", "_", "__init__", "a_b", "...!?", "'S", "'LL", "don’t"]
COMBINING = ["e\u0301", "n\u0303o", "a\u030a", "\u1100\u1161", "o\u0308\u0304", "\u0301", "Å", "ﾊﾟ"]
FIXED = ["", " ", "   ", "\n", "a", "A", ".", "'", "<|endoftext|>", "a <|startoftext|> b", "<start_of_text>", "</s>", "</w>", "a" * 500, "dog " * 100, "!?" * 200, "猫" * 90, "🐶" * 60, "a photo of a tailed frog."]


def texts(count=2200, seed=0):
    r = random.Random(seed)
    result = list(FIXED)
    kinds = [WORDS, WORDS, WORDS, SCRIPTS, EMOJI, ENTITIES, CONTROL, QUOTES, COMBINING]
    while len(result) < count:
        parts = [r.choice(r.choice(kinds)) for _ in range(r.choice([1, 2, 3, 5, 8, 13, 40]))]
        result.append("".join(p + r.choice(["", " ", " ", "  "]) for p in parts))
    for at in range(len(FIXED), count, 23):
        # Any character of the planes in use, without those that mojibake consists of.
        code = [r.choice([r.randrange(0x20, 0x7F), r.randrange(0x370, 0x3000), r.randrange(0x3040, 0xA000), r.randrange(0x1F300, 0x1F700)]) for _ in range(8)]
        result[at] = "".join(map(chr, code))
    return result
