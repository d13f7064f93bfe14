-- A document of 27 kB parsed 100 times 20, as in Are We Fast Yet; the document is made here, of the same shape as the one there.
local sub, format = string.sub, string.format
local NULL = { kind = "null" }
local ESCAPES = { ['"'] = '"', ["/"] = "/", ["\\"] = "\\", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }
local Parser = {}
Parser.__index = Parser
function Parser.new(text)
  return setmetatable({ text = text, at = 1, line = 1, current = sub(text, 1, 1) }, Parser)
end
function Parser:read()
  if self.current == "\n" then self.line = self.line + 1 end
  self.at = self.at + 1
  self.current = sub(self.text, self.at, self.at)
end
function Parser:reads(char)
  if self.current ~= char then return false end
  self:read()
  return true
end
function Parser:expected(what)
  error(self.current == "" and "unexpected end" or "line " .. self.line .. ": expected " .. what)
end
function Parser:skip_space()
  while self.current == " " or self.current == "\t" or self.current == "\n" or self.current == "\r" do self:read() end
end
function Parser:document()
  self:skip_space()
  local value = self:value()
  self:skip_space()
  if self.current ~= "" then self:expected("the end") end
  return value
end
function Parser:value()
  local c = self.current
  if c == "n" then return self:literal("null", NULL) end
  if c == "t" then return self:literal("true", true) end
  if c == "f" then return self:literal("false", false) end
  if c == '"' then return self:string() end
  if c == "[" then return self:list() end
  if c == "{" then return self:object() end
  if c == "-" or c >= "0" and c <= "9" then return self:number() end
  return self:expected("a value")
end
function Parser:literal(word, value)
  for i = 1, #word do
    if not self:reads(sub(word, i, i)) then self:expected("a literal") end
  end
  return value
end
function Parser:list()
  self:read()
  local values, count = {}, 0
  self:skip_space()
  if not self:reads("]") then
    repeat
      self:skip_space()
      count = count + 1
      values[count] = self:value()
      self:skip_space()
    until not self:reads(",")
    if not self:reads("]") then self:expected("',' or ']'") end
  end
  return { kind = "list", values = values, count = count }
end
function Parser:object()
  self:read()
  local members = {}
  self:skip_space()
  if not self:reads("}") then
    repeat
      self:skip_space()
      if self.current ~= '"' then self:expected("a name") end
      local name = self:string()
      self:skip_space()
      if not self:reads(":") then self:expected("':'") end
      self:skip_space()
      members[name] = self:value()
      self:skip_space()
    until not self:reads(",")
    if not self:reads("}") then self:expected("',' or '}'") end
  end
  return { kind = "object", members = members }
end
function Parser:string()
  self:read()
  local captured, start = "", self.at
  while self.current ~= '"' do
    if self.current == "" then self:expected("'\"'") end
    if self.current == "\\" then
      captured = captured .. sub(self.text, start, self.at - 1)
      self:read()
      captured = captured .. (ESCAPES[self.current] or self:expected("an escape sequence"))
      self:read()
      start = self.at
    else
      self:read()
    end
  end
  captured = captured .. sub(self.text, start, self.at - 1)
  self:read()
  return captured
end
function Parser:digits()
  local start = self.at
  while self.current >= "0" and self.current <= "9" do self:read() end
  return self.at > start
end
function Parser:number()
  local start = self.at
  self:reads("-")
  if not self:reads("0") and not self:digits() then self:expected("a digit") end
  if self:reads(".") and not self:digits() then self:expected("a digit") end
  if self:reads("e") or self:reads("E") then
    if not self:reads("+") then self:reads("-") end
    if not self:digits() then self:expected("a digit") end
  end
  return { kind = "number", text = sub(self.text, start, self.at - 1) }
end
local function document()
  local parts = { '{"head":{"requestCounter":4},"operations":[' }
  local function add(...) parts[#parts + 1] = format(...) end
  for i = 0, 155 do
    if i > 0 then add(",") end
    if i < 38 then
      add('["set","w%d",{"bounds":[10,%d,988,402],"tabIndex":-1,"visible":true,"markupEnabled":false,', i, i * 7)
      add('"font":[["Verdana","Sans \\"Serif\\""],10,false,false]}]')
    else
      add('["create","w%d","rwt.widgets.GridItem",{"parent":"w99","index":%d,"texts":["%d"', i, i - 38, i - 37)
      add(',"Nn","Number","Poor metal","%d","%d"],"cellBackgrounds":[null,null,null,[', i % 18 + 1, i % 7 + 1)
      add("%d,%d,%d,255],null,null]}]", i * 3 % 256, i * 5 % 256, i * 7 % 256)
    end
  end
  parts[#parts + 1] = "]}"
  return table.concat(parts)
end
local text = document()
local sum = 0
for _ = 1, 2000 do
  local value = Parser.new(text):document()
  local operations = value.members.operations
  assert(value.members.head.kind == "object" and operations.kind == "list" and operations.count == 156, "wrong result")
  sum = sum + operations.count
end
print(#text .. " " .. sum)
