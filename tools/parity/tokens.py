"""Token ids of some texts from the tokenizers library, cut as for the training of the mini CLIP: test/encoders/fixtures/tokens.json.

python tokens.py
"""
import json
from pathlib import Path

from tokenizers import Tokenizer

ROOT = Path(__file__).resolve().parents[2]
MODEL = json.loads((ROOT / "models/mini-clip/model.json").read_text())
CONTEXT, END = MODEL["contextLength"], MODEL["endOfTextToken"]

NAMES = ["t-shirt", "trouser", "pullover", "ankle boot", "airplane", "automobile", "tailed frog", "goose", "dugong", "volleyball", "Labrador retriever", "Persian cat", "café au lait", "jack-o'-lantern"]
TEMPLATES = ["a photo of a {}.", "a blurry photo of the {}.", "itap of a {}.", "{}", "A SMALL PHOTO OF A {}!", "a photo of many {}s, taken outdoors"]
TEXTS = [
    "", " ", "   ", ".", "a", "A", "ab", "\t", "\n", "a\tb\nc\r\nd", "  leading and trailing  ", "double  spaces   inside", "no\u00a0break", "thin\u2009space", "ideographic\u3000space", "zero\u200bwidth", "line\u2028separator",
    "it's", "they're", "I've", "I'm", "we'll", "he'd", "can't", "IT'S", "They'Re", "'s", "''s", "rock'n'roll", "o'clock", "dogs' toys", "it’s a curly quote", "don't've",
    "1", "12", "123", "1234567890", "3.14", "1,000", "2nd", "a1b2c3", "½ cup", "x²", "Ⅷ", "٣٤٥", "१२३", "4K TV", "50%", "$9.99", "#1", "№ 5",
    "!", "!!!", "...", "…", "?!", "a-b", "a_b", "a/b", "a\\b", "(a)", "[b]", "{c}", "<d>", "a&b", "a@b.c", "\"quoted\"", "“quoted”", "«guillemets»", "—", "a—b", "•", "©", "™", "€", "°C", "~^`|", "a+b=c",
    "café", "cafe\u0301", "naïve", "façade", "Ångström", "A\u030angstrom", "über", "ÜBER", "straße", "STRASSE", "ẞ", "ñandú", "Łódź", "šišmiš", "Çatalhöyük", "İstanbul", "ISTANBUL", "ı", "œuvre", "Æsir", "þorn", "fiancée\u0301\u0301", "ﬁne ligature", "Å", "e\u0327\u0301",
    "Привет, мир", "ПРИВЕТ", "Ελληνικά", "ΟΔΟΣ", "Σίσυφος ΣΑΣ", "שלום", "مرحبا بالعالم", "नमस्ते", "ภาษาไทย", "ქართული", "Հայերեն", "ዓለም",
    "日本語", "猫の写真", "カタカナ", "ｶﾀｶﾅ", "全角ＡＢＣ１２３", "中文照片", "一张狗的照片。", "한국어", "한국어 사진", "\u1112\u1161\u11ab\u1100\u1173\u11af", "𠮷野家", "a 猫 b",
    "😀", "😀😀", "a 😀 b", "👍🏽", "👨‍👩‍👧‍👦", "🇫🇷", "❤️", "☃", "🏳️‍🌈", "photo 📷 of a 🐶", "𝒜𝓁𝑔", "🜁",
    "<|startoftext|>", "<|endoftext|>", "a <|endoftext|> b", "a<|endoftext|>b", "<|end|>", "&amp; &lt;b&gt;", "</w>", "a</w>", "Ġword", "\u0000", "a\u0000b", "\u0007bell", "\ufeffbom", "soft\u00adhyphen", "\u0301", "\ufffd",
    "antidisestablishmentarianism", "Donaudampfschifffahrtsgesellschaft", "aaaaaaaaaaaaaaaaaaaaaaaa", "zzzzzzzzzzzzzz", "qwertyuiop", "CamelCaseWord", "snake_case_word", "https://example.org/a?b=c&d=1#e", "user@example.org", "C++", "C#", ".NET", "x86-64",
    "a photo of " + "very " * 40 + "big dog.", "word " * 29 + "end", "word " * 30 + "end", "word " * 31 + "end", "1" * 29, "1" * 30, "1" * 31, "1" * 32, "1" * 200, "日" * 50, "😀" * 20, "!" * 100, "it's " * 20, "é" * 64,
    *(template.format(name) for name in NAMES for template in TEMPLATES),
]


def ids(tokenizer, text):
    """Like Texts of tools/mini-clip/data.py, without padding."""
    row = tokenizer.encode(text).ids[:CONTEXT]
    return row if row[-1] == END else [*row[:-1], END]


tokenizer = Tokenizer.from_file(str(ROOT / "models/mini-clip/tokenizer.json"))
tokens = {text: " ".join(map(str, ids(tokenizer, text))) for text in TEXTS}
(ROOT / "test/encoders/fixtures/tokens.json").write_text(json.dumps(tokens, indent=2) + "\n")
print(len(tokens), "texts")
