// Primes up to 5000, counted 3000 times 10, as in Are We Fast Yet.
function sieve(prime, size) {
  let count = 0
  for (let n = 2; n <= size; n++) {
    if (prime[n - 1]) {
      count++
      for (let multiple = n + n; multiple <= size; multiple += n) prime[multiple - 1] = false
    }
  }
  return count
}
let sum = 0
for (let i = 0; i < 30000; i++) {
  const count = sieve(new Array(5000).fill(true), 5000)
  if (count !== 669) throw new Error(`wrong result: ${count}`)
  sum += count
}
console.log(sum)
