"""Makes a corpus of small images and what Pillow makes of them:

    python image_corpus.py OUT      # writes OUT/*.png …, and OUT/expected.json

Format × depth × colour model × profile × orientation × alpha × interlacing. `expected.json` has, for every file, the size and the
pixels of `ImageOps.exif_transpose(image).convert('RGB')`, reduced to a grid of 8 × 6 means, and the SHA-256 of all pixels. Formats
without loss must match the hash; for the others, decoders may round differently, and the means must be close.
"""
import hashlib, io, json, struct, subprocess, sys, tempfile, zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, ImageFile, ImageOps

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


# Formats beside those of sharp.
save('rgb.bmp', rgb, True, format='BMP')
save('grey.bmp', grey, True, format='BMP')
save('palette.bmp', palette, True, format='BMP')
save('bilevel.bmp', grey.convert('1'), True, format='BMP')
save('rgb32.bmp', rgba.convert('RGBX').convert('RGBA'), True, format='BMP')


def dib(bits, compression, rows, colours=b'', height=H, masks=b''):
    at = 14 + 40 + len(masks) + len(colours)
    header = struct.pack('<IiiHHIIiiII', 40, W, height, 1, bits, compression, len(rows), 2835, 2835, len(colours) // 4, 0)
    return b'BM' + struct.pack('<IHHI', at + len(rows), 0, 0, at) + header + masks + colours + rows


add('top-down.bmp', dib(24, 0, rgb8[..., ::-1].tobytes(), height=-H), True)
high = (rgb8 >> 3).astype(np.uint16)
add('rgb555.bmp', dib(16, 0, (high[..., 0] << 10 | high[..., 1] << 5 | high[..., 2])[::-1].astype('<u2').tobytes()), True)
green6 = (rgb8[..., 1] >> 2).astype(np.uint16)
masks = struct.pack('<III', 0xf800, 0x07e0, 0x001f)
add('rgb565.bmp', dib(16, 3, (high[..., 0] << 11 | green6 << 5 | high[..., 2])[::-1].astype('<u2').tobytes(), masks=masks), True)
table = b''.join(bytes([b, g, r, 0]) for r, g, b in zip(*[iter(palette.getpalette()[:96])] * 3))
runs = b''.join(b''.join(bytes([1, int(v)]) for v in row) + b'\0\0' for row in indices[::-1]) + b'\0\1'
add('rle8.bmp', dib(8, 1, runs, table), True)
save('rgba.ico', rgba, True, format='ICO', sizes=[(W, H)])
save('bitmap.ico', rgba, True, format='ICO', sizes=[(W, H)], bitmap_format='bmp')
save('sizes.ico', rgba, True, format='ICO', sizes=[(16, 12), (W, H)], bitmap_format='bmp')
save('rgb.ppm', rgb, True, format='PPM')
save('grey.pgm', grey, True, format='PPM')
save('bilevel.pbm', grey.convert('1'), True, format='PPM')
numbers = lambda values: ' '.join(map(str, np.asarray(values).reshape(-1))).encode()
add('plain.ppm', b'P3\n# a comment\n%d %d\n255\n' % (W, H) + numbers(rgb8), True)
add('plain.pgm', b'P2 %d %d 255 ' % (W, H) + numbers(grey8), True)
add('plain.pbm', b'P1\n%d %d\n' % (W, H) + numbers(grey8 < 128).replace(b'True', b'1').replace(b'False', b'0').replace(b' ', b''), True)
add('least.ppm', b'P6 %d %d 31 ' % (W, H) + (rgb8 >> 3).tobytes(), True)
add('rgb16.ppm', b'P6 %d %d 65535 ' % (W, H) + rgb16.astype('>u2').tobytes(), False, rgb)
for compression in (None, 'tga_rle'):
    way = '-packed' if compression else ''
    save(f'rgb{way}.tga', rgb, True, format='TGA', compression=compression)
    save(f'rgba{way}.tga', rgba, True, format='TGA', compression=compression)
    save(f'grey{way}.tga', grey, True, format='TGA', compression=compression)
    save(f'palette{way}.tga', palette, True, format='TGA', compression=compression)
save('top-down.tga', rgb, True, format='TGA', orientation=1)
save('rgb.jp2', rgb, True, format='JPEG2000')
save('grey.jp2', grey, True, format='JPEG2000')
save('lossy.jp2', rgb, False, format='JPEG2000', irreversible=True, quality_mode='rates', quality_layers=[8])
save('rgb.j2k', rgb, True, format='JPEG2000', no_jp2=True)


def converted(name, command, exact, back):
    """An image of a format that Pillow neither writes nor reads: made, and read for comparison, by the format's own programs."""
    with tempfile.TemporaryDirectory() as folder:
        rgb_file, made, seen = f'{folder}/rgb.png', f'{folder}/{name}', f'{folder}/seen.png'
        source = rgba if 'rgba' in name else grey if 'grey' in name else rgb
        source.save(rgb_file)
        run = lambda arguments: subprocess.run([each.format(source=rgb_file, made=made, seen=seen) for each in arguments], check=True, capture_output=True)
        run(command)
        run(back)
        data = Path(made).read_bytes()
        add(name, data, exact, Image.open(seen).copy())


# Debian's libjxl-tools and libheif-examples.
djxl, heif_convert = ['djxl', '{made}', '{seen}'], ['heif-convert', '{made}', '{seen}']
for name, options, exact in [('rgb.jxl', ['-d', '0'], False), ('lossy.jxl', ['-d', '1'], False), ('grey.jxl', ['-d', '0'], True),
                             ('container.jxl', ['-d', '1', '--container=1'], False)]:
    converted(name, ['cjxl', '{source}', '{made}', *options], exact, djxl)
with tempfile.TemporaryDirectory() as folder:
    for orientation in (3, 6, 8):
        upright = f'{folder}/{orientation}.jpg'
        rgb.save(upright, quality=95, subsampling=0, exif=exif(orientation))
        made, seen = f'{folder}/o.jxl', f'{folder}/o.png'
        subprocess.run(['cjxl', upright, made, '--lossless_jpeg=0', '-d', '1'], check=True, capture_output=True)
        subprocess.run(['djxl', made, seen], check=True, capture_output=True)
        image = Image.open(seen).copy()
        # The program writes the pixels upright, and leaves what the EXIF said.
        image.getexif().clear()
        add(f'orientation-{orientation}.jxl', Path(made).read_bytes(), False, Image.fromarray(np.asarray(image.convert('RGB'))))
for name in ('rgb.heic', 'rgba.heic'):
    converted(name, ['heif-enc', '{source}', '-q', '92', '-p', 'chroma=444', '-o', '{made}'], False, heif_convert)

# JPEGs that end too early, as Pillow reads them with LOAD_TRUNCATED_IMAGES.
ImageFile.LOAD_TRUNCATED_IMAGES = True
for name, progressive in [('cut-short.jpg', False), ('cut-short-progressive.jpg', True)]:
    buffer = io.BytesIO()
    rgb.save(buffer, format='JPEG', quality=92, subsampling=0, progressive=progressive)
    add(name, buffer.getvalue()[:len(buffer.getvalue()) * 6 // 10], False)

(out / 'expected.json').write_text(json.dumps(expected, indent=None, separators=(',', ':'), sort_keys=True))
print(len(expected), 'files,', sum(f.stat().st_size for f in out.iterdir()) // 1024, 'KB')
