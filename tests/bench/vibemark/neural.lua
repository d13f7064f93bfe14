-- A network of 64-128-64-10 learns 25 batches of 32 samples, sixteen times over.
local batch = 32
local abs, floor, sqrt = math.abs, math.floor, math.sqrt
local seed = 42424242
local function draw()
  seed = (seed * 1664525 + 1013904223) % 4294967296
  return seed / 2147483648 - 1
end
local function layer(inputs, outputs)
  local l = { inputs = inputs, outputs = outputs, weights = {}, bias = {}, sum = {} }
  for i = 1, inputs * outputs do l.weights[i] = draw() / sqrt(inputs) end
  for o = 1, outputs do l.bias[o] = 0 end
  return l
end
local function forward(l, input)
  local inputs, outputs, weights, bias, sum = l.inputs, l.outputs, l.weights, l.bias, l.sum
  l.input = input
  for n = 0, batch - 1 do
    for o = 1, outputs do sum[n * outputs + o] = bias[o] end
    for i = 0, inputs - 1 do
      local x = input[n * inputs + i + 1]
      for o = 1, outputs do sum[n * outputs + o] = sum[n * outputs + o] + x * weights[i * outputs + o] end
    end
  end
end
local function backward(l, slope, rate)
  local inputs, outputs, weights, bias, input = l.inputs, l.outputs, l.weights, l.bias, l.input
  local before = {}
  for n = 0, batch - 1 do
    for i = 0, inputs - 1 do
      local sum = 0
      for o = 1, outputs do sum = sum + slope[n * outputs + o] * weights[i * outputs + o] end
      before[n * inputs + i + 1] = sum
    end
  end
  for n = 0, batch - 1 do
    for o = 1, outputs do bias[o] = bias[o] - rate * slope[n * outputs + o] end
    for i = 0, inputs - 1 do
      local step = rate * input[n * inputs + i + 1]
      for o = 1, outputs do weights[i * outputs + o] = weights[i * outputs + o] - step * slope[n * outputs + o] end
    end
  end
  return before
end
local function relu(xs)
  local out = {}
  for i, x in ipairs(xs) do out[i] = x > 0 and x or 0.01 * x end
  return out
end
local function relu_slope(slope, sums)
  for i = 1, #slope do
    if sums[i] <= 0 then slope[i] = slope[i] * 0.01 end
  end
end
local a, b, c = layer(64, 128), layer(128, 64), layer(64, 10)
local loss
for _ = 1, 16 do
  seed = 7
  loss = 0
  for _ = 1, 25 do
    local input, target = {}, {}
    for i = 1, batch * 10 do target[i] = 0 end
    for n = 0, batch - 1 do
      local sum = 0
      for i = 1, 64 do
        local x = draw()
        sum = sum + x
        input[n * 64 + i] = x
      end
      target[n * 10 + floor(abs(sum * 100)) % 10 + 1] = 1
    end
    forward(a, input)
    forward(b, relu(a.sum))
    forward(c, relu(b.sum))
    local slope = {}
    for i = 1, batch * 10 do
      slope[i] = c.sum[i] - target[i]
      loss = loss + slope[i] * slope[i]
    end
    slope = backward(c, slope, 0.002)
    relu_slope(slope, b.sum)
    slope = backward(b, slope, 0.002)
    relu_slope(slope, a.sum)
    backward(a, slope, 0.002)
  end
end
print(string.format("%.9f", loss / (25 * batch * 10)))
