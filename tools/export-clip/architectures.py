"""The architectures that can be exported, each in its real size, and three small ones for the test suite."""
import torch

VIT = {
    "vit-b-32": dict(width=768, layers=12, heads=12, patch=32, image=224, text=512, text_layers=12, text_heads=8, dimensions=512),
    "vit-b-16": dict(width=768, layers=12, heads=12, patch=16, image=224, text=512, text_layers=12, text_heads=8, dimensions=512),
    "vit-l-14": dict(width=1024, layers=24, heads=16, patch=14, image=224, text=768, text_layers=12, text_heads=12, dimensions=768),
    "vit-l-14-336": dict(width=1024, layers=24, heads=16, patch=14, image=336, text=768, text_layers=12, text_heads=12, dimensions=768),
    "tinyclip-39m": dict(width=512, layers=12, heads=8, patch=16, image=224, text=512, text_layers=6, text_heads=8, dimensions=512),
    "tiny": dict(width=32, layers=2, heads=2, patch=8, image=32, text=32, text_layers=2, text_heads=2, dimensions=16, vocabulary=640),
}
SIGLIP = {
    "siglip-b-16": dict(width=768, layers=12, heads=12, patch=16, image=224, context=64),
    "siglip-tiny": dict(width=32, layers=2, heads=2, patch=8, image=32, context=16, vocabulary=200),
}
# Architectures of open_clip, by their open_clip names.
OPEN_CLIP = {
    "open-clip-vit-b-32": "ViT-B-32",
    "open-clip-vit-b-16": "ViT-B-16",
    "open-clip-mobileclip-s1": "MobileCLIP-S1",
    "open-clip-mobileclip-b": "MobileCLIP-B",
    "open-clip-siglip-b-16": "ViT-B-16-SigLIP",
    "open-clip-tiny": dict(
        embed_dim=16,
        vision_cfg=dict(image_size=32, layers=2, width=64, patch_size=8, head_width=32),
        text_cfg=dict(context_length=77, vocab_size=640, width=32, heads=2, layers=2),
    ),
}
NAMES = [*VIT, *SIGLIP, *OPEN_CLIP]


def clip_config(name):
    from transformers import CLIPConfig

    a = VIT[name]
    vocabulary = a.get("vocabulary", 49408)
    vision = dict(hidden_size=a["width"], intermediate_size=4 * a["width"], num_hidden_layers=a["layers"], num_attention_heads=a["heads"], image_size=a["image"], patch_size=a["patch"], projection_dim=a["dimensions"])
    text = dict(hidden_size=a["text"], intermediate_size=4 * a["text"], num_hidden_layers=a["text_layers"], num_attention_heads=a["text_heads"], vocab_size=vocabulary, bos_token_id=vocabulary - 2, eos_token_id=vocabulary - 1, pad_token_id=vocabulary - 1, projection_dim=a["dimensions"])
    return CLIPConfig(vision_config=vision, text_config=text, projection_dim=a["dimensions"])


def siglip_config(name):
    from transformers import SiglipConfig

    a = SIGLIP[name]
    common = dict(hidden_size=a["width"], intermediate_size=4 * a["width"], num_hidden_layers=a["layers"], num_attention_heads=a["heads"])
    vision = dict(common, image_size=a["image"], patch_size=a["patch"])
    text = dict(common, vocab_size=a.get("vocabulary", 32000), max_position_embeddings=a["context"], projection_size=a["width"])
    return SiglipConfig(vision_config=vision, text_config=text)


@torch.no_grad()
def randomise(model, seed=0):
    """Random weights that make every part of the model count: no bias or norm keeps its neutral value."""
    generator = torch.Generator().manual_seed(seed)
    for name, p in model.named_parameters():
        noise = torch.randn(p.shape, generator=generator)
        if p.ndim == 0 or name.endswith(("logit_scale", "logit_bias")):
            continue
        if p.ndim == 1:
            p.add_(0.2 * noise)
        elif "embedding" in name and "patch" not in name:
            p.copy_(0.5 * noise)
        else:
            p.copy_(noise * p[0].numel() ** -0.5)
    return model.eval()


@torch.no_grad()
def calibrate(vision, size, seed=0):
    """Sets the statistics of batch normalisation to those of noise images, as training would.

    With default statistics, a convolutional tower at random weights amplifies layer by layer (MobileCLIP's features are of a
    length of 10^12), its attention saturates, and pixels that differ by 10^-6 end in features with a cosine of 0.86 in PyTorch
    itself: nothing could be compared.
    """
    norms = [m for m in vision.modules() if isinstance(m, torch.nn.modules.batchnorm._BatchNorm)]
    if not norms:
        return
    for m in norms:
        m.reset_running_stats()
        m.momentum = None  # the plain average over all batches
        m.train()
    generator = torch.Generator().manual_seed(seed)
    for detail in (4, 16, 64):
        coarse = torch.rand((16, 3, detail, detail), generator=generator)
        vision(torch.nn.functional.interpolate(coarse, size=(size, size), mode="bilinear"))
    for m in norms:
        m.eval()
