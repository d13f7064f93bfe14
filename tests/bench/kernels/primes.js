function is_prime(n) {
  for (let i = 2; i < n; i++) if (n % i === 0) return false
  return true
}
let primes = 0
for (let n = 2; n <= 60000; n++) if (is_prime(n)) primes++
console.log(primes)
