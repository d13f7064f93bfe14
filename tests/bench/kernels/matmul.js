function matrix(n, seed) {
  const m = new Float64Array(n * n)
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) m[i * n + j] = (i * seed + j) % 17 / 16
  return m
}
function multiply(a, b, n) {
  const c = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++) {
      const x = a[i * n + k]
      for (let j = 0; j < n; j++) c[i * n + j] += x * b[k * n + j]
    }
  return c
}
const n = 1200, c = multiply(matrix(n, 3), matrix(n, 7), n)
let trace = 0
for (let i = 0; i < n; i++) trace += c[i * n + i]
console.log(trace.toFixed(6))
