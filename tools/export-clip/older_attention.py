"""CLIP's attention of older versions of transformers, with products of three axes, as in older exports."""
import torch


def older_attention(attention, hidden_states, *_, **__):
    """Replaces CLIPAttention.forward, without a mask."""
    n, tokens, width = hidden_states.size()
    split = lambda x, length: x.view(n, length, attention.num_heads, attention.head_dim).transpose(1, 2).contiguous()
    queries = attention.q_proj(hidden_states) * attention.scale
    keys = split(attention.k_proj(hidden_states), -1)
    values = split(attention.v_proj(hidden_states), -1)
    of_all_heads = (n * attention.num_heads, -1, attention.head_dim)
    queries = split(queries, tokens).view(*of_all_heads)
    keys, values = keys.view(*of_all_heads), values.view(*of_all_heads)
    weights = torch.nn.functional.softmax(torch.bmm(queries, keys.transpose(1, 2)), dim=-1)
    output = torch.bmm(weights, values).view(n, attention.num_heads, tokens, attention.head_dim)
    return attention.out_proj(output.transpose(1, 2).reshape(n, tokens, width)), None
