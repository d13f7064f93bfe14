function fibonacci(n) {
  let a = 0, b = 1
  for (let i = 0; i < n; i++) {
    const next = (a + b) | 0
    a = b
    b = next
  }
  return a
}
let sum = 0
for (let i = 0; i < 100; i++) sum += fibonacci(10000000 + i)
console.log(sum)
