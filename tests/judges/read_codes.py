"""read_codes.py IMAGE…: what the QR codes in images say, one per line. Runs in the judges' own environment.

Images are grey, as `pdftoppm -gray` writes them.
"""

import sys
from pathlib import Path

import zxingcpp

for image in sys.argv[1:]:
    _, size, _, pixels = Path(image).read_bytes().split(b"\n", 3)
    width, height = map(int, size.split())
    grey = memoryview(pixels).cast("B", shape=[height, width])
    for code in zxingcpp.read_barcodes(grey, zxingcpp.BarcodeFormat.QRCode):
        sys.stdout.write(f"{code.text}\n")
