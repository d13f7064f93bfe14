const numbers = []
for (let i = 0; i < 10000; i++) numbers.push(i + i / 10007)
let bytes = 0, digits = 0
for (let time = 0; time < 150; time++) {
  for (const x of numbers) {
    const text = x.toFixed(6)
    bytes += text.length
    digits += text.charCodeAt(text.length - 1)
  }
}
console.log(bytes + " " + digits)
