// Fannkuch: the most flips that bring the first of n numbers to 0, over all permutations of 10, as in the Computer Language Benchmarks Game.
function flips(perm) {
  let flips = 0
  while (perm[0] !== 0) {
    for (let low = 0, high = perm[0]; low < high; low++, high--) {
      const x = perm[low]
      perm[low] = perm[high]
      perm[high] = x
    }
    flips++
  }
  return flips
}
function fannkuch(n) {
  const first = new Int32Array(n).map((_, i) => i), perm = new Int32Array(n), count = new Int32Array(n)
  let most = 0, checksum = 0, even = true, r = n
  for (;;) {
    for (; r > 1; r--) count[r - 1] = r
    for (let i = 0; i < n; i++) perm[i] = first[i]
    const found = flips(perm)
    if (found > most) most = found
    checksum += even ? found : -found
    even = !even
    for (;; r++) {
      if (r === n) return [checksum, most]
      const front = first[0]
      for (let i = 0; i < r; i++) first[i] = first[i + 1]
      first[r] = front
      if (--count[r] > 0) break
    }
  }
}
const n = 10
const [checksum, most] = fannkuch(n)
console.log(`${checksum}\nPfannkuchen(${n}) = ${most}`)
