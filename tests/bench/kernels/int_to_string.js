let bytes = 0, digits = 0, n = 42
for (let i = 0; i < 10000000; i++) {
  n = (n * 1664525 + 1013904223) % 4294967296
  const text = n.toString()
  bytes += text.length
  digits += text.charCodeAt(0)
}
console.log(bytes + " " + digits)
