// Random DNA sequences, 10 × 3 000 000 letters in lines of 60, as in the Computer Language Benchmarks Game; of the text the first line, the last line and a checksum (FNV-1a).
const WIDTH = 60
const ALU = Buffer.from("GGCCGGGCGCGGTGGCTCACGCCTGTAATCCCAGCACTTTGGGAGGCCGAGGCGGGCGGATCACCTGAGGTCAGGAGTTCGAGACCAGCCTGGCCAACATGGTGAAACCCCGTCTCTACTAAAAATACAAAAATTAGCCGGGCGTGGTGGCGCGCGCCTGTAATCCCAGCTACTCGGGAGGCTGAGGCAGGAGAATCGCTTGAACCCGGGAGGCGGAGGTTGCAGTGAGCCGAGATCGCGCCACTGCACTCCAGCCTGGGCGACAGAGCGAGACTCCGTCTCAAAAA")
function cumulative(bytes, shares) {
  let sum = 0
  return { bytes: Buffer.from(bytes), shares: Float64Array.from(shares, share => (sum += share)) }
}
const iub = cumulative("acgtBDHKMNRSVWY", [0.27, 0.12, 0.12, 0.27, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02])
const homoSapiens = cumulative("acgt", [0.3029549426680, 0.1979883004921, 0.1975473066391, 0.3015094502008])
let seed = 42
function letter(letters) {
  seed = (seed * 3877 + 29573) % 139968
  const r = seed / 139968, shares = letters.shares
  let i = 0
  while (r >= shares[i]) i++
  return letters.bytes[i]
}
const line = Buffer.alloc(WIDTH)
let length = 0, hash = 2166136261 | 0
function add(byte) { hash = Math.imul(hash ^ byte, 16777619) }
function endLine() {
  for (let i = 0; i < length; i++) add(line[i])
  add(10)
}
function header(text) {
  length = line.write(text)
  endLine()
}
function repeat(pattern, n) {
  let at = 0
  for (let left = n; left > 0; left -= WIDTH) {
    length = Math.min(left, WIDTH)
    for (let i = 0; i < length; i++) {
      line[i] = pattern[at]
      if (++at === pattern.length) at = 0
    }
    endLine()
  }
}
function choose(letters, n) {
  for (let left = n; left > 0; left -= WIDTH) {
    length = Math.min(left, WIDTH)
    for (let i = 0; i < length; i++) line[i] = letter(letters)
    endLine()
  }
}
const n = 3000000
header(">ONE Homo sapiens alu")
console.log(line.toString("latin1", 0, length))
repeat(ALU, 2 * n)
header(">TWO IUB ambiguity codes")
choose(iub, 3 * n)
header(">THREE Homo sapiens frequency")
choose(homoSapiens, 5 * n)
console.log(line.toString("latin1", 0, length) + "\n" + (hash >>> 0).toString(16).padStart(8, "0"))
