"""The two towers of a CLIP as optimum exports them: `pixel_values` to `image_embeds`, `input_ids` to `text_embeds`."""
import torch.nn as nn


class ClipVision(nn.Module):
    outputs = ["image_embeds", "last_hidden_state"]

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixel_values):
        hidden = self.model.vision_model(pixel_values=pixel_values)
        return self.model.visual_projection(hidden.pooler_output), hidden.last_hidden_state


class ClipText(nn.Module):
    outputs = ["text_embeds", "last_hidden_state"]

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids):
        hidden = self.model.text_model(input_ids=input_ids)
        return self.model.text_projection(hidden.pooler_output), hidden.last_hidden_state


class SiglipVision(nn.Module):
    outputs = ["last_hidden_state", "pooler_output"]

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixel_values):
        hidden = self.model.vision_model(pixel_values=pixel_values)
        return hidden.last_hidden_state, hidden.pooler_output


class SiglipText(nn.Module):
    outputs = ["last_hidden_state", "pooler_output"]

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids):
        hidden = self.model.text_model(input_ids=input_ids)
        return hidden.last_hidden_state, hidden.pooler_output


class OpenClipVision(nn.Module):
    outputs = ["image_embeds"]

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixel_values):
        return self.model.encode_image(pixel_values)


class OpenClipText(nn.Module):
    outputs = ["text_embeds"]

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, input_ids):
        return self.model.encode_text(input_ids)
