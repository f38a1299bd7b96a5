"""Functions that a generated module brings along where PyTorch has none of its own."""

from __future__ import annotations

SOURCES = {
    "same_padding": '''
def same_padding(x, window, stride, dilation, value=0.0):
    """Pads as TensorFlow's SAME: the odd row and column go to the bottom and the right."""
    pads = []
    for size, k, s, d in zip(reversed(x.shape[-2:]), reversed(window), reversed(stride), reversed(dilation)):
        total = max((-(-size // s) - 1) * s + (k - 1) * d + 1 - size, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads, value=value)
''',
    "average_pool": '''
def average_pool(x, window, stride, pads):
    """The mean over what lies inside of the image; `pads` are left, right, top, bottom, None for SAME."""
    def pad(y):
        return same_padding(y, window, stride, (1, 1)) if pads is None else F.pad(y, pads)
    inside = F.avg_pool2d(pad(torch.ones_like(x[:1, :1])), window, stride)
    return F.avg_pool2d(pad(x), window, stride) / inside
''',
    "resize": '''
def resize(x, size, linear, aligned):
    """Resizes as TensorFlow without half pixels: corners aligned, or pixel 0 on pixel 0."""
    for axis, count in ((2, size[0]), (3, size[1])):
        have = x.shape[axis]
        scale = (have - 1) / (count - 1) if aligned and count > 1 else have / count
        at = torch.arange(count, dtype=torch.float32, device=x.device) * scale
        if linear:
            low = at.floor().long().clamp(max=have - 1)
            high = (low + 1).clamp(max=have - 1)
            share = (at - low).reshape([-1] + [1] * (3 - axis))
            below, above = x.index_select(axis, low), x.index_select(axis, high)
            x = below + (above - below) * share
        else:
            at = torch.floor(at + 0.5) if aligned else at.floor()
            x = x.index_select(axis, at.long().clamp(max=have - 1))
    return x
''',
    "take": '''
def take(x, index, axis):
    """The parts of `x` along an axis at the places `index`, of any shape."""
    found = x.index_select(axis, index.reshape(-1))
    return found.reshape(x.shape[:axis] + index.shape + x.shape[axis + 1 :])
''',
    "depth_to_space": """
def depth_to_space(x, block):
    n, c, h, w = x.shape
    y = x.reshape(n, block, block, c // block**2, h, w).permute(0, 3, 4, 1, 5, 2)
    return y.reshape(n, c // block**2, h * block, w * block)
""",
    "space_to_depth": """
def space_to_depth(x, block):
    n, c, h, w = x.shape
    y = x.reshape(n, c, h // block, block, w // block, block).permute(0, 3, 5, 1, 2, 4)
    return y.reshape(n, c * block**2, h // block, w // block)
""",
}
NEEDS = {"average_pool": ("same_padding",)}
