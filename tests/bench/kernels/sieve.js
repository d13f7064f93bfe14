function count(limit) {
  const composite = new Uint8Array(limit)
  let primes = 0
  for (let n = 2; n < limit; n++) {
    if (!composite[n]) {
      primes++
      for (let m = n * n; m < limit; m += n) composite[m] = 1
    }
  }
  return primes
}
let sum = 0
for (let i = 0; i < 30; i++) sum += count(5000000)
console.log(sum)
