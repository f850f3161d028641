"""The embedded encoder's image tower as a PyTorch module, its weights read from vision.onnx."""
import os
import sys

import onnx
import torch
import torch.nn as nn
from onnx import numpy_helper

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../mini-clip"))
from model import Block  # noqa: E402


class Tower(nn.Module):
    """[B, 3, 64, 64] normalised pixels to [B, 192] features. The batch norms of the stem are fused into its convolutions."""

    outputs = ["features"]

    def __init__(self, file):
        super().__init__()
        graph = onnx.load(file).graph
        tensors = {t.name: torch.tensor(numpy_helper.to_array(t)).float() for t in graph.initializer}
        for node in graph.node:
            if node.op_type == "Cast" and node.input[0] in tensors:
                tensors[node.output[0]] = tensors[node.input[0]]
        width, layers = 192, 6
        sizes = [3, 32, 64, 128, width]
        self.stem = nn.Sequential()
        for i in range(4):
            conv = nn.Conv2d(sizes[i], sizes[i + 1], 3, 2, 1)
            conv.weight.data, conv.bias.data = tensors[f"tower.stem.{2 * i}.weight"], tensors[f"tower.stem.{2 * i}.bias"]
            self.stem.append(conv)
            if i < 3:
                self.stem.append(nn.ReLU())
        get = lambda name: tensors[f"tower.{name}"]
        norm = lambda name: self._norm(get(f"{name}.weight"), get(f"{name}.bias"))
        self.class_embedding, self.positional_embedding, self.proj = get("class_embedding"), get("positional_embedding"), get("proj")
        self.ln_pre, self.ln_post = norm("ln_pre"), norm("ln_post")
        # The exporter's names of the transposed matrices are arbitrary. They are in the order of use, six per block.
        matrices = [tensors[n.input[1]] for n in graph.node if n.op_type == "MatMul" and n.input[1] in tensors]
        self.blocks = nn.ModuleList()
        for n in range(layers):
            block, (qkv, out, fc, proj, _, _) = Block(width, 3), matrices[6 * n : 6 * n + 6]
            block.attn.in_proj_weight.data, block.attn.in_proj_bias.data = qkv.T, get(f"blocks.{n}.attn.in_proj_bias")
            block.attn.out_proj.weight.data, block.attn.out_proj.bias.data = out.T, get(f"blocks.{n}.attn.out_proj.bias")
            block.mlp.c_fc.weight.data, block.mlp.c_fc.bias.data = fc.T, get(f"blocks.{n}.mlp.c_fc.bias")
            block.mlp.c_proj.weight.data, block.mlp.c_proj.bias.data = proj.T, get(f"blocks.{n}.mlp.c_proj.bias")
            block.ln_1, block.ln_2 = norm(f"blocks.{n}.ln_1"), norm(f"blocks.{n}.ln_2")
            self.blocks.append(block)
        self.requires_grad_(False)

    @staticmethod
    def _norm(weight, bias):
        norm = nn.LayerNorm(len(weight))
        norm.weight.data, norm.bias.data = weight, bias
        return norm

    def forward(self, pixels):
        x = self.stem(pixels).flatten(2).transpose(1, 2)
        x = self.ln_pre(torch.cat([self.class_embedding.expand(x.shape[0], 1, -1), x], 1) + self.positional_embedding)
        for block in self.blocks:
            x = block(x)
        return self.ln_post(x[:, 0]) @ self.proj
