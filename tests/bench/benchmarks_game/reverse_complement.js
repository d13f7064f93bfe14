// The reverse complement of DNA sequences, 21 times over 10 × 1 000 000 letters in lines of 60, as in the Computer Language Benchmarks Game; of the text the first line, the last line and a checksum (FNV-1a).
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
let bytes, length = 0
function put(byte) { bytes[length++] = byte }
function header(text) {
  length += bytes.write(text, length)
  put(10)
}
function repeat(pattern, n) {
  let at = 0
  for (let i = 1; i <= n; i++) {
    put(pattern[at])
    if (++at === pattern.length) at = 0
    if (i % WIDTH === 0 || i === n) put(10)
  }
}
function choose(letters, n) {
  for (let i = 1; i <= n; i++) {
    put(letter(letters))
    if (i % WIDTH === 0 || i === n) put(10)
  }
}
function fasta(n) {
  bytes = Buffer.alloc(Math.floor(10 * n * (WIDTH + 1) / WIDTH) + 1000)
  header(">ONE Homo sapiens alu")
  repeat(ALU, 2 * n)
  header(">TWO IUB ambiguity codes")
  choose(iub, 3 * n)
  header(">THREE Homo sapiens frequency")
  choose(homoSapiens, 5 * n)
  bytes = bytes.subarray(0, length)
}
const complements = new Uint8Array(256)
{
  const a = "ACGTUMRWSYKVHDBN", b = "TGCAAKYWSRMBDHVN"
  for (let i = 0; i < a.length; i++) complements[a.charCodeAt(i)] = complements[a.toLowerCase().charCodeAt(i)] = b.charCodeAt(i)
}
function reverseComplement(i, to) {
  let j = to - 1
  while (i <= j) {
    const a = bytes[i], b = bytes[j]
    if (a === 10) i++
    else if (b === 10) j--
    else {
      bytes[i++] = complements[b]
      bytes[j--] = complements[a]
    }
  }
}
function find(byte, from) {
  const at = bytes.indexOf(byte, from)
  return at < 0 ? length : at
}
function reverseAll() {
  let at = 0
  while (at < length) {
    const from = find(10, at) + 1
    at = find(62, from)
    reverseComplement(from, at)
  }
}
fasta(1000000)
for (let round = 0; round < 21; round++) reverseAll()
let hash = 2166136261 | 0
for (let i = 0; i < length; i++) hash = Math.imul(hash ^ bytes[i], 16777619)
const text = (from, to) => bytes.toString("latin1", from, to)
console.log(text(0, find(10, 0)) + "\n" + text(bytes.lastIndexOf(10, length - 2) + 1, length) + (hash >>> 0).toString(16).padStart(8, "0"))
