"""Tokenizers without a download: CLIP's own merges come with open_clip; SigLIP's sentencepiece model does not, so a similar one is trained."""
import gzip
import json
import os

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers


def clip_tokenizer(folder, vocabulary=49408, start="<|startoftext|>", end="<|endoftext|>", context=77):
    """Byte-level BPE with the first merges of CLIP's list, as many as the vocabulary has room for."""
    import open_clip.tokenizer as reference
    from transformers import CLIPTokenizer

    merges = gzip.open(reference.default_bpe()).read().decode().split("\n")[1 : 49152 - 256 - 2 + 1]
    merges = [tuple(m.split()) for m in merges][: vocabulary - 512 - 2]
    letters = list(reference.bytes_to_unicode().values())
    tokens = [*letters, *(v + "</w>" for v in letters), *("".join(m) for m in merges), start, end]
    tokenizer = CLIPTokenizer(vocab={t: i for i, t in enumerate(tokens)}, merges=merges, bos_token=start, eos_token=end, unk_token=end, pad_token=end, model_max_length=context)
    tokenizer.save_pretrained(folder)


PUNCTUATION = r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~]"""


def siglip_tokenizer(folder, vocabulary, context):
    """Unigram with metaspace, the text lowercased and without punctuation, with an end token that is also the padding, like SigLIP's."""
    import random

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Lowercase(), normalizers.Replace(Regex(PUNCTUATION), ""), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    random.seed(0)
    words = "a the of photo picture dog cat small large red green blue house tree car flower bird old new blurry bright in on with and café naïve straße 猫 犬".split()
    corpus = [" ".join(random.choices(words, k=random.randint(2, 9))) for _ in range(2000)]
    tokenizer.train_from_iterator(corpus, trainers.UnigramTrainer(vocab_size=vocabulary, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False))
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    os.makedirs(folder, exist_ok=True)
    tokenizer.save(os.path.join(folder, "tokenizer.json"))
    with open(os.path.join(folder, "tokenizer_config.json"), "w") as f:
        json.dump({"tokenizer_class": "SiglipTokenizer", "model_max_length": context, "eos_token": "</s>", "pad_token": "</s>", "unk_token": "<unk>"}, f, indent=2)
