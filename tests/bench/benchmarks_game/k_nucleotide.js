// How often which pieces of a DNA sequence of 5 × 400 000 letters occur, counted in maps, as in the Computer Language Benchmarks Game.
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
const LETTERS = "ACGT"
const code = letter => LETTERS.indexOf(letter)
function sequence(n) {
  for (let i = 0; i < 3 * n; i++) letter(iub)
  const codesOf = new Uint8Array(256)
  for (const c of LETTERS) codesOf[c.toLowerCase().charCodeAt(0)] = code(c)
  const codes = new Uint8Array(5 * n)
  for (let i = 0; i < codes.length; i++) codes[i] = codesOf[letter(homoSapiens)]
  return codes
}
function counts(codes, length) {
  const counts = new Map(), pieces = 4 ** length
  let piece = 0
  for (let i = 0; i < codes.length; i++) {
    piece = (piece * 4 + codes[i]) % pieces
    if (i >= length - 1) counts.set(piece, (counts.get(piece) ?? 0) + 1)
  }
  return counts
}
function name(piece, length) {
  let name = ""
  for (let i = length - 1; i >= 0; i--) name += LETTERS[Math.floor(piece / 4 ** i) % 4]
  return name
}
function printShares(codes, length) {
  const entries = [...counts(codes, length)].sort(([p, n], [q, m]) => m - n || p - q)
  for (const [piece, n] of entries) console.log(`${name(piece, length)} ${(n * 100 / (codes.length - length + 1)).toFixed(3)}`)
  console.log()
}
function printCount(codes, text) {
  let piece = 0
  for (const c of text) piece = piece * 4 + code(c)
  console.log(`${counts(codes, text.length).get(piece) ?? 0}\t${text}`)
}
const codes = sequence(400000)
printShares(codes, 1)
printShares(codes, 2)
for (const text of ["GGT", "GGTA", "GGTATT", "GGTATTTTAATT", "GGTATTTTAATTTATAGT"]) printCount(codes, text)
