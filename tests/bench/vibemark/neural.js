// A network of 64-128-64-10 learns 25 batches of 32 samples, sixteen times over.
const batch = 32
let seed = 42424242
function draw() {
  seed = (seed * 1664525 + 1013904223) % 4294967296
  return seed / 2147483648 - 1
}
class Layer {
  constructor(inputs, outputs) {
    this.inputs = inputs
    this.outputs = outputs
    this.weights = Float64Array.from({ length: inputs * outputs }, () => draw() / Math.sqrt(inputs))
    this.bias = new Float64Array(outputs)
    this.sum = new Float64Array(batch * outputs)
  }
  forward(input) {
    const { inputs, outputs, weights, sum } = this
    this.input = input
    for (let n = 0; n < batch; n++) {
      sum.set(this.bias, n * outputs)
      for (let i = 0; i < inputs; i++) {
        const x = input[n * inputs + i]
        for (let o = 0; o < outputs; o++) sum[n * outputs + o] += x * weights[i * outputs + o]
      }
    }
  }
  backward(slope, rate) {
    const { inputs, outputs, weights, bias, input } = this
    const before = new Float64Array(batch * inputs)
    for (let n = 0; n < batch; n++) {
      for (let i = 0; i < inputs; i++) {
        let sum = 0
        for (let o = 0; o < outputs; o++) sum += slope[n * outputs + o] * weights[i * outputs + o]
        before[n * inputs + i] = sum
      }
    }
    for (let n = 0; n < batch; n++) {
      for (let o = 0; o < outputs; o++) bias[o] -= rate * slope[n * outputs + o]
      for (let i = 0; i < inputs; i++) {
        const step = rate * input[n * inputs + i]
        for (let o = 0; o < outputs; o++) weights[i * outputs + o] -= step * slope[n * outputs + o]
      }
    }
    return before
  }
}
const relu = (xs) => xs.map((x) => x > 0 ? x : 0.01 * x)
function reluSlope(slope, sums) {
  for (let i = 0; i < slope.length; i++) if (sums[i] <= 0) slope[i] *= 0.01
}
const a = new Layer(64, 128), b = new Layer(128, 64), c = new Layer(64, 10)
let loss = 0
for (let round = 0; round < 16; round++) {
  seed = 7
  loss = 0
  for (let k = 0; k < 25; k++) {
    const input = new Float64Array(batch * 64), target = new Float64Array(batch * 10)
    for (let n = 0; n < batch; n++) {
      let sum = 0
      for (let i = 0; i < 64; i++) sum += input[n * 64 + i] = draw()
      target[n * 10 + Math.floor(Math.abs(sum * 100)) % 10] = 1
    }
    a.forward(input)
    b.forward(relu(a.sum))
    c.forward(relu(b.sum))
    let slope = c.sum.map((sum, i) => sum - target[i])
    for (const s of slope) loss += s * s
    slope = c.backward(slope, 0.002)
    reluSlope(slope, b.sum)
    slope = b.backward(slope, 0.002)
    reluSlope(slope, a.sum)
    a.backward(slope, 0.002)
  }
}
console.log((loss / (25 * batch * 10)).toFixed(9))
