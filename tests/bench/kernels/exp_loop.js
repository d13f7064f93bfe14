let sum = 0
for (let i = 1; i <= 30000000; i++) sum += Math.exp(1 / i)
console.log(sum.toFixed(4))
