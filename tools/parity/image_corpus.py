"""Makes a corpus of small images and what Pillow makes of them:

    python image_corpus.py OUT      # writes OUT/*.png …, and OUT/expected.json

Format × depth × colour model × profile × orientation × alpha × interlacing. `expected.json` has, for every file, the size and the
pixels of `ImageOps.exif_transpose(image).convert('RGB')`, reduced to a grid of 8 × 6 means, and the SHA-256 of all pixels. Formats
without loss must match the hash; for the others, decoders may round differently, and the means must be close.
"""
import hashlib, io, json, struct, sys, zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageOps

out = Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
W, H = 48, 36
expected = {}

y, x = np.mgrid[0:H, 0:W]
# Smooth, without symmetry, with every range of values, so that no turn or mirror looks the same.
red = (x * 255) // (W - 1)
green = (y * 255) // (H - 1)
blue = np.clip(255 - (x * 3 + y * 5), 0, 255)
rgb8 = np.stack([red, green, blue], -1).astype(np.uint8)
grey8 = ((red * 2 + green) // 3).astype(np.uint8)
alpha8 = np.clip((x + y) * 4 - 40, 0, 255).astype(np.uint8)
rgb16 = (np.stack([red, green, blue], -1).astype(np.uint32) * 257 + (x * 7 + y)[..., None] % 97).clip(0, 65535).astype(np.uint16)
grey16 = (grey8.astype(np.uint32) * 257).clip(0, 65535).astype(np.uint16)
rgb, grey = Image.fromarray(rgb8), Image.fromarray(grey8)
rgba = Image.fromarray(np.dstack([rgb8, alpha8]))
la = Image.merge('LA', [grey, Image.fromarray(alpha8)])
palette = rgb.quantize(32)
cmyk = rgb.convert('CMYK')
srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile('sRGB')).tobytes()


def exif(orientation):
    data = Image.Exif()
    data[0x0112] = orientation
    return data.tobytes()


def add(name, data, exact, reference=None):
    """`reference`: the image that Pillow's pixels are taken from, where Pillow itself reads the file wrongly."""
    (out / name).write_bytes(data)
    image = reference if reference is not None else Image.open(io.BytesIO(data))
    image = ImageOps.exif_transpose(image).convert('RGB')
    pixels = np.asarray(image)
    h, w, _ = pixels.shape
    rows = [np.array_split(band, 8, axis=1) for band in np.array_split(pixels.astype(float), 6, axis=0)]
    means = [[round(float(v), 2) for v in cell.mean((0, 1))] for row in rows for cell in row]
    expected[name] = {
        'width': w, 'height': h, 'exact': exact, 'means': means,
        'sha256': hashlib.sha256(pixels.tobytes()).hexdigest(),
    }


def save(name, image, lossless_pixels, **options):
    buffer = io.BytesIO()
    image.save(buffer, **options)
    add(name, buffer.getvalue(), lossless_pixels)


def chunk(kind, data):
    return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))


PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def png(samples, depth, colour, interlace=False, before=b'', after=b''):
    """A PNG of any depth, colour type and interlacing, which Pillow cannot write."""
    h, w = samples.shape[:2]
    def rows(part):
        data = b''
        for row in part:
            flat = row.reshape(-1)
            if depth == 16: line = flat.astype('>u2').tobytes()
            elif depth == 8: line = flat.astype(np.uint8).tobytes()
            else:
                bits = ''.join(format(int(v), f'0{depth}b') for v in flat)
                bits += '0' * (-len(bits) % 8)
                line = int(bits, 2).to_bytes(len(bits) // 8, 'big')
            data += b'\0' + line
        return data
    body = b''.join(rows(samples[ys::sy, xs::sx]) for xs, ys, sx, sy in PASSES if samples[ys::sy, xs::sx].size) if interlace else rows(samples)
    header = struct.pack('>IIBBBBB', w, h, depth, colour, 0, 0, int(interlace))
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header) + before + chunk(b'IDAT', zlib.compress(body, 9)) + after + chunk(b'IEND', b'')


iccp = chunk(b'iCCP', b'sRGB\0\0' + zlib.compress(srgb))
indices = np.asarray(palette)
plte = chunk(b'PLTE', bytes(palette.getpalette()[:96]))
trns = chunk(b'tRNS', bytes([255, 0, 128] + [255] * 29))
for interlace in (False, True):
    way = '-interlaced' if interlace else ''
    add(f'rgb8{way}.png', png(rgb8, 8, 2, interlace), True)
    add(f'rgba8{way}.png', png(np.dstack([rgb8, alpha8]), 8, 6, interlace), True)
    add(f'grey8{way}.png', png(grey8, 8, 0, interlace), True)
    add(f'grey-alpha8{way}.png', png(np.dstack([grey8, alpha8]), 8, 4, interlace), True)
    add(f'palette8{way}.png', png(indices, 8, 3, interlace, plte), True)
    add(f'palette8-transparent{way}.png', png(indices, 8, 3, interlace, plte + trns), True)
    # Pillow keeps the high byte of 16 bits of colour. Grey of 16 bits it clips in some versions: the high byte is meant.
    high = Image.fromarray((rgb16 >> 8).astype(np.uint8))
    add(f'rgb16{way}.png', png(rgb16, 16, 2, interlace), True, high)
    add(f'rgb16-profile{way}.png', png(rgb16, 16, 2, interlace, iccp), True, high)
    add(f'rgba16{way}.png', png(np.dstack([rgb16, alpha8.astype(np.uint16) * 257]), 16, 6, interlace), True, high)
    add(f'grey16{way}.png', png(grey16, 16, 0, interlace), True, grey)
    for depth in (1, 2, 4):
        add(f'grey{depth}{way}.png', png(grey8 >> (8 - depth), depth, 0, interlace), True)
add('rgb8-profile.png', png(rgb8, 8, 2, before=iccp), True)
add('rgb8-key.png', png(rgb8, 8, 2, before=chunk(b'tRNS', struct.pack('>HHH', *map(int, rgb8[0, 0])))), True)
for orientation in range(1, 9):
    block = exif(orientation)[6:]
    add(f'exif-before-{orientation}.png', png(rgb8, 8, 2, before=chunk(b'eXIf', block)), True)
    add(f'exif-after-{orientation}.png', png(rgb8, 8, 2, after=chunk(b'eXIf', block)), True)
    save(f'orientation-{orientation}.jpg', rgb, False, format='JPEG', quality=92, subsampling=0, exif=exif(orientation))
    save(f'orientation-{orientation}.webp', rgb, True, format='WEBP', lossless=True, exif=exif(orientation))
    save(f'orientation-{orientation}.avif', rgb, False, format='AVIF', quality=90, subsampling='4:4:4', exif=exif(orientation))
    save(f'orientation-{orientation}.tif', rgb, True, format='TIFF', tiffinfo={0x0112: orientation})
text = '\nexif\n{:8d}\n{}\n'.format(len(exif(6)), exif(6).hex())
add('exif-in-text.png', png(rgb8, 8, 2, before=chunk(b'zTXt', b'Raw profile type exif\0\0' + zlib.compress(text.encode()))), True)
xmp = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'.encode()
save('xmp-6.jpg', rgb, False, format='JPEG', quality=92, subsampling=0, xmp=xmp)
add('xmp-6.png', png(rgb8, 8, 2, after=chunk(b'iTXt', b'XML:com.adobe.xmp\0\0\0\0\0' + xmp)), True)
for subsampling in (0, 1, 2):
    for progressive in (False, True):
        save(f'rgb-{subsampling}{"-progressive" if progressive else ""}.jpg', rgb, False, format='JPEG', quality=92, subsampling=subsampling, progressive=progressive)
save('grey.jpg', grey, False, format='JPEG', quality=92)
save('cmyk.jpg', cmyk, False, format='JPEG', quality=95, subsampling=0)
save('profile.jpg', rgb, False, format='JPEG', quality=92, subsampling=0, icc_profile=srgb)
save('rgba.webp', rgba, True, format='WEBP', lossless=True, exact=True)
save('lossy.webp', rgb, False, format='WEBP', quality=92)
save('lossy-alpha.webp', rgba, False, format='WEBP', quality=92, exact=True)
frames = [rgb, rgb.transpose(Image.Transpose.ROTATE_180)]
save('animated.webp', frames[0], True, format='WEBP', lossless=True, save_all=True, append_images=frames[1:])
save('animated.avif', frames[0], False, format='AVIF', quality=90, subsampling='4:4:4', save_all=True, append_images=frames[1:])
save('rgb.avif', rgb, False, format='AVIF', quality=90, subsampling='4:4:4')
save('rgb-420.avif', rgb, False, format='AVIF', quality=90, subsampling='4:2:0')
save('rgb-limited.avif', rgb, False, format='AVIF', quality=90, subsampling='4:4:4', range='limited')
save('rgba.avif', rgba, False, format='AVIF', quality=95, subsampling='4:4:4')
save('grey.avif', rgb, False, format='AVIF', quality=90, subsampling='4:0:0')
save('grey-limited.avif', rgb, False, format='AVIF', quality=90, subsampling='4:0:0', range='limited')
save('palette.gif', palette, True, format='GIF')
save('interlaced.gif', palette, True, format='GIF', interlace=True)
save('grey.gif', grey, True, format='GIF')
save('transparent.gif', palette, True, format='GIF', transparency=int(indices[3, 4]))
save('animated.gif', palette, True, format='GIF', save_all=True, append_images=[frames[1].quantize(32)])
save('animated-transparent.gif', palette, True, format='GIF', save_all=True, append_images=[frames[1].quantize(32)], transparency=int(indices[3, 4]), disposal=2)


def small_frame(transparency, name):
    """A GIF whose first frame covers only a part of its screen."""
    buffer = io.BytesIO()
    palette.crop((0, 0, 24, 18)).save(buffer, format='GIF')
    data = bytearray(buffer.getvalue())
    data[6:10] = struct.pack('<HH', W, H)
    at = data.index(b',', 13 + 3 * 2 ** ((data[10] & 7) + 1))
    data[at + 1:at + 5] = struct.pack('<HH', 8, 6)
    if transparency: data[at:at] = bytes([0x21, 0xf9, 4, 1, 0, 0, 3, 0])
    add(name, bytes(data), True)


small_frame(False, 'small-frame.gif')
small_frame(True, 'small-frame-transparent.gif')
for compression in (None, 'tiff_lzw', 'tiff_adobe_deflate', 'packbits', 'jpeg'):
    save(f'rgb-{compression}.tif', rgb, compression != 'jpeg', format='TIFF', compression=compression)
save('grey.tif', grey, True, format='TIFF')
save('bilevel.tif', grey.convert('1'), True, format='TIFF', compression='group4')
save('palette.tif', palette, True, format='TIFF')
save('rgba.tif', rgba, True, format='TIFF')
save('cmyk.tif', cmyk, True, format='TIFF')
buffer = io.BytesIO(); Image.fromarray(grey16).save(buffer, format='TIFF'); add('grey16.tif', buffer.getvalue(), True, grey)
save('pages.tif', rgb, True, format='TIFF', save_all=True, append_images=[frames[1]])
save('big.tif', rgb, True, format='TIFF', big_tiff=True)
save('profile.tif', rgb, True, format='TIFF', icc_profile=srgb)
(out / 'expected.json').write_text(json.dumps(expected, indent=None, separators=(',', ':'), sort_keys=True))
print(len(expected), 'files,', sum(f.stat().st_size for f in out.iterdir()) // 1024, 'KB')
