// A picture of 407 * 286 to QOI and back, 100 times. A pixel is four bytes.
const width = 407, height = 286, count = width * height
function place(r, g, b, a) {
  return (r * 3 + g * 5 + b * 7 + a * 11) % 64
}
function picture() {
  const to = new Uint8Array(count * 4)
  let seed = 42, at = 0
  const pixel = (r, g, b, a) => {
    to[at++] = r
    to[at++] = g
    to[at++] = b
    to[at++] = a
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      seed = (seed * 1664525 + 1013904223) % 4294967296
      switch (Math.floor(y / 72)) {
        case 0: pixel(Math.floor(x / 16) * 9, y, 200, 255); break
        case 1: pixel(x + y, x, x + (seed >>> 16) % 8, 255); break
        case 2: pixel(seed >>> 8, seed >>> 16, seed >>> 24, 255); break
        default: pixel(x * 3, y * 5, 40, Math.floor(x / 4) * 19)
      }
    }
  }
  return to
}
function encode(pixels, out) {
  const seen = new Uint8Array(256)
  let size = 0, run = 0, lr = 0, lg = 0, lb = 0, la = 255
  for (let i = 0; i < count * 4; i += 4) {
    const r = pixels[i], g = pixels[i + 1], b = pixels[i + 2], a = pixels[i + 3]
    if (r === lr && g === lg && b === lb && a === la) {
      if (++run === 62) {
        out[size++] = 0xc0 | 61
        run = 0
      }
      continue
    }
    if (run > 0) {
      out[size++] = 0xc0 | (run - 1)
      run = 0
    }
    const at = place(r, g, b, a), s = at * 4
    if (seen[s] === r && seen[s + 1] === g && seen[s + 2] === b && seen[s + 3] === a) {
      out[size++] = at
    } else {
      seen[s] = r
      seen[s + 1] = g
      seen[s + 2] = b
      seen[s + 3] = a
      const dr = r - lr, dg = g - lg, db = b - lb
      const nr = (dr + 2) & 255, ng = (dg + 2) & 255, nb = (db + 2) & 255
      const far = (dg + 32) & 255, rg = (dr - dg + 8) & 255, bg = (db - dg + 8) & 255
      if (a !== la) {
        out[size++] = 0xff
        out[size++] = r
        out[size++] = g
        out[size++] = b
        out[size++] = a
      } else if (nr < 4 && ng < 4 && nb < 4) {
        out[size++] = 0x40 | nr << 4 | ng << 2 | nb
      } else if (far < 64 && rg < 16 && bg < 16) {
        out[size++] = 0x80 | far
        out[size++] = rg << 4 | bg
      } else {
        out[size++] = 0xfe
        out[size++] = r
        out[size++] = g
        out[size++] = b
      }
    }
    lr = r
    lg = g
    lb = b
    la = a
  }
  if (run > 0) out[size++] = 0xc0 | (run - 1)
  return size
}
function decode(bytes, size, out) {
  const seen = new Uint8Array(256)
  let at = 0, to = 0, r = 0, g = 0, b = 0, a = 255
  const put = () => {
    out[to++] = r
    out[to++] = g
    out[to++] = b
    out[to++] = a
  }
  while (at < size) {
    const tag = bytes[at++]
    if (tag >= 0xfe) {
      r = bytes[at++]
      g = bytes[at++]
      b = bytes[at++]
      if (tag === 0xff) a = bytes[at++]
    } else if (tag >= 0xc0) {
      for (let k = tag - 0xc0; k > 0; k--) put()
    } else if (tag >= 0x80) {
      const more = bytes[at++], dg = tag % 64 - 32
      r = (r + dg + (more >> 4) - 8) & 255
      g = (g + dg) & 255
      b = (b + dg + more % 16 - 8) & 255
    } else if (tag >= 0x40) {
      r = (r + (tag >> 4) % 4 - 2) & 255
      g = (g + (tag >> 2) % 4 - 2) & 255
      b = (b + tag % 4 - 2) & 255
    } else {
      r = seen[tag * 4]
      g = seen[tag * 4 + 1]
      b = seen[tag * 4 + 2]
      a = seen[tag * 4 + 3]
    }
    const s = place(r, g, b, a) * 4
    seen[s] = r
    seen[s + 1] = g
    seen[s + 2] = b
    seen[s + 3] = a
    put()
  }
  return to
}
const pixels = picture(), back = new Uint8Array(count * 4), bytes = new Uint8Array(count * 5)
let size = 0, hash = 0
for (let time = 0; time < 100; time++) {
  const length = encode(pixels, bytes)
  size += length
  if (decode(bytes, length, back) !== count * 4 || !back.every((byte, i) => byte === pixels[i])) throw new Error("other pixels")
  for (let i = 0; i < count * 4; i += 4) {
    hash = (hash * 31 + back[i] + back[i + 1] * 3 + back[i + 2] * 5 + back[i + 3] * 7) % 16777216
  }
}
console.log(size, hash)
