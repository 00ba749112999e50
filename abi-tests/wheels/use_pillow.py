"""Pillow: images made, changed, drawn on, saved and read in many formats, and what is wrong with broken ones."""

import copy
import hashlib
import io
import pickle
import threading

from checks import check, check_type
from PIL import Image, ImageChops, ImageCms, ImageColor, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps, ImageSequence, ImageStat, UnidentifiedImageError, _imaging, _imagingft, features

for module in (_imaging, _imagingft):
    check(f"binary {module.__name__}", lambda: module.__file__.rpartition("/")[2])
check("features", lambda: [name for name in ("jpg", "zlib", "freetype2", "webp", "libtiff") if features.check(name)])


def digest(image):
    return image.mode, image.size, hashlib.sha256(image.tobytes()).hexdigest()[:16]


gradient = Image.linear_gradient("L").resize((64, 48))
color = Image.merge("RGB", (gradient, gradient.rotate(180), Image.new("L", gradient.size, 77)))
for mode in ("1", "L", "P", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "I", "F", "I;16"):
    check(f"mode {mode}", lambda: digest(Image.new(mode, (5, 4))))
    check_type(f"convert {mode}", lambda: digest(color.convert(mode)))
for label, use in {
    "pixel": lambda: (color.getpixel((3, 4)), color.load()[1, 2], color.putpixel((0, 0), (1, 2, 3)), color.getpixel((0, 0))),
    "pixel range": lambda: color.getpixel((999, 0)),
    "crop": lambda: digest(color.crop((5, 5, 30, 20))),
    "resize": lambda: [digest(color.resize((31, 17), method))[2] for method in Image.Resampling],
    "rotate": lambda: (digest(color.rotate(33, expand=True)), digest(color.transpose(Image.Transpose.ROTATE_90))),
    "transform": lambda: digest(color.transform((40, 40), Image.Transform.AFFINE, (1, 0.2, 0, 0.1, 1, 0), Image.Resampling.BILINEAR)),
    "thumbnail": lambda: (small := color.copy(), small.thumbnail((20, 20)), digest(small))[1:],
    "split": lambda: [digest(band)[2] for band in color.split()],
    "paste": lambda: (base := Image.new("RGB", (80, 80), "red"), base.paste(color, (5, 5), gradient), digest(base))[1:],
    "composite": lambda: digest(Image.alpha_composite(color.convert("RGBA"), Image.new("RGBA", color.size, (0, 255, 0, 80)))),
    "blend": lambda: digest(Image.blend(color, color.rotate(90), 0.3)),
    "point": lambda: (digest(color.point(lambda value: 255 - value)), digest(gradient.point([value // 2 for value in range(256)]))),
    "filter": lambda: [digest(color.filter(f))[2] for f in (ImageFilter.BLUR, ImageFilter.GaussianBlur(2), ImageFilter.Kernel((3, 3), range(9)), ImageFilter.MedianFilter(3), ImageFilter.UnsharpMask())],
    "quantize": lambda: (lambda q: (q.mode, len(q.getpalette()), len(q.getcolors())))(color.quantize(16)),
    "histogram": lambda: (sum(color.histogram()), gradient.getextrema(), color.getbbox(), ImageStat.Stat(gradient).mean, round(gradient.entropy(), 6)),
    "operations": lambda: [digest(f(color))[2] for f in (ImageOps.autocontrast, ImageOps.equalize, ImageOps.flip, ImageOps.invert, ImageOps.mirror)],
    "chops": lambda: [digest(f(color, color.rotate(180)))[2] for f in (ImageChops.add, ImageChops.multiply, ImageChops.difference, ImageChops.screen)],
    "enhance": lambda: [digest(kind(color).enhance(1.5))[2] for kind in (ImageEnhance.Color, ImageEnhance.Contrast, ImageEnhance.Brightness)],
    "bytes": lambda: (digest(Image.frombytes("RGB", color.size, color.tobytes())), digest(Image.frombuffer("L", (4, 4), bytes(range(16)), "raw", "L", 0, 1)), len(color.tobytes("raw", "BGR"))),
    "colors": lambda: (ImageColor.getrgb("#f0a"), ImageColor.getrgb("hsl(120,50%,50%)"), ImageColor.getcolor("red", "L")),
    "wrong color": lambda: ImageColor.getrgb("nothing"),
    "wrong mode": lambda: Image.new("nothing", (1, 1)),
    "wrong size": lambda: Image.new("L", (-1, 1)),
    "size type": lambda: Image.new("L", "ab"),
    "mismatch": lambda: ImageChops.add(color, gradient.resize((1, 1)).convert("F")),
    "few bytes": lambda: Image.frombytes("RGB", (10, 10), b"x"),
    "copies": lambda: (copy.copy(color) == color, pickle.loads(pickle.dumps(color)) == color, copy.deepcopy(color) == color),
    "array interface": lambda: (color.__array_interface__["shape"], color.__array_interface__["typestr"]),
    "repr": lambda: repr(color).partition(" at")[0],
    "core": lambda: (color.im.mode, color.im.size, color.im.bands, type(color.im).__name__),
    "attribute": lambda: color.im.nothing,
    "closed": lambda: (c := color.copy(), c.close(), c.tobytes()),
}.items():
    check_type(label, use)
canvas = Image.new("RGB", (120, 60), "white")
draw = ImageDraw.Draw(canvas)
draw.line([(0, 0), (119, 59)], fill="blue", width=3)
draw.ellipse((10, 10, 50, 40), outline=(255, 0, 0), fill=(0, 255, 0))
draw.polygon([(60, 5), (90, 50), (110, 20)], fill="orange", outline="black")
draw.arc((5, 5, 55, 55), 20, 200, fill="purple", width=2)
draw.rounded_rectangle((70, 30, 115, 55), 6, outline="navy")
check("drawn", lambda: digest(canvas))
font = ImageFont.load_default(14)
check("font", lambda: (type(font).__name__, font.getbbox("Hällo"), font.getlength("wide"), font.getname(), font.getmetrics()))
draw.text((5, 20), "Text é\n2nd", font=font, fill="black")
check("text", lambda: (digest(canvas), draw.textbbox((0, 0), "ab", font=font)))
check_type("font missing", lambda: ImageFont.truetype("/nothing.ttf"))
check_type("draw wrong", lambda: draw.line("x"))
for form, options in {"PNG": {"optimize": True}, "JPEG": {"quality": 80}, "GIF": {}, "BMP": {}, "TIFF": {"compression": "tiff_lzw"}, "WEBP": {"lossless": True}, "PPM": {}, "TGA": {}, "ICO": {}}.items():
    file = io.BytesIO()
    check(f"save {form}", lambda: color.save(file, form, **options))
    check(f"size {form}", lambda: len(file.getvalue()))
    file.seek(0)
    check(f"open {form}", lambda: (lambda image: (image.format, image.get_format_mimetype(), digest(image)))(Image.open(file)))
    check_type(f"cut {form}", lambda: Image.open(io.BytesIO(file.getvalue()[:-40])).load() and None)
check("unknown", lambda: issubclass(UnidentifiedImageError, OSError))
check_type("garbage", lambda: Image.open(io.BytesIO(b"garbage" * 100)))
file = io.BytesIO()
frames = [Image.new("P", (8, 8), i) for i in range(4)]
frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=50, loop=0)
check("frames", lambda: (lambda image: (image.n_frames, [frame.size for frame in ImageSequence.Iterator(image)], image.info["duration"]))(Image.open(io.BytesIO(file.getvalue()))))
check_type("too far", lambda: Image.open(io.BytesIO(file.getvalue())).seek(9))
with Image.open(io.BytesIO(file.getvalue())) as image:
    check("with", lambda: image.size)
exif = Image.Exif()
exif[0x010E] = "described"
jpeg = io.BytesIO()
color.save(jpeg, "JPEG", exif=exif)
check("exif", lambda: dict(Image.open(io.BytesIO(jpeg.getvalue())).getexif()))
results = {}


def work(n):
    results[n] = digest(color.resize((300 + n, 200)).filter(ImageFilter.GaussianBlur(3)))


threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
check("threads", lambda: sorted(results.items()))
access = Image.new("L", (100, 100)).load()


def fill():
    for x in range(100):
        for y in range(100):
            access[x, y] = (x * y) % 256
    return sum(access[x, y] for x in range(100) for y in range(100))


check("many", fill)

srgb = ImageCms.createProfile("sRGB")
lab = ImageCms.createProfile("LAB", 5000)
profile = ImageCms.ImageCmsProfile(srgb)
colours = Image.linear_gradient("L").convert("RGB").resize((16, 16))
for label, use in {
    "profile": lambda: (ImageCms.getProfileName(profile).strip(), ImageCms.getProfileDescription(profile).strip(), ImageCms.getDefaultIntent(profile), ImageCms.isIntentSupported(profile, ImageCms.Intent.PERCEPTUAL, ImageCms.Direction.INPUT)),
    "attributes": lambda: (srgb.version, srgb.profile_description, srgb.device_class, srgb.connection_space, srgb.xcolor_space, srgb.creation_date is None, srgb.media_white_point, srgb.red_primary, srgb.is_matrix_shaper, srgb.clut, srgb.header_flags),
    "tags": lambda: (srgb.copyright, srgb.manufacturer, srgb.model, srgb.technology, srgb.chromaticity),
    "convert": lambda: ImageCms.profileToProfile(colours, srgb, lab, outputMode="LAB").getpixel((3, 5)),
    "transform": lambda: (lambda t: (ImageCms.applyTransform(colours, t).getpixel((8, 8)), t.input_mode, t.output_mode))(ImageCms.buildTransform(srgb, lab, "RGB", "LAB")),
    "proof": lambda: ImageCms.applyTransform(colours, ImageCms.buildProofTransform(srgb, srgb, srgb, "RGB", "RGB")).getpixel((1, 1)),
    "bytes": lambda: (lambda p: (p.profile.profile_description, p.tobytes() == profile.tobytes()))(ImageCms.ImageCmsProfile(io.BytesIO(profile.tobytes()))),
    "in place": lambda: (lambda i: (ImageCms.profileToProfile(i, srgb, srgb, inPlace=True), i.getpixel((2, 9))))(colours.copy()),
    "no profile": lambda: ImageCms.ImageCmsProfile(io.BytesIO(b"nothing")),
    "no such space": lambda: ImageCms.createProfile("XYZW"),
    "no such mode": lambda: ImageCms.buildTransform(srgb, lab, "RGB", "XXX"),
    "wrong intent": lambda: ImageCms.buildTransform(srgb, lab, "RGB", "LAB", 9),
    "temperature": lambda: ImageCms.createProfile("LAB", "warm"),
    "wrong type": lambda: ImageCms.core.profile_frombytes(5),
}.items():
    check(f"cms {label}", use)
