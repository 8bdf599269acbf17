#!/usr/bin/env node
const fs = require('fs');
const [from, to] = process.argv.slice(2);
const { name, version } = JSON.parse(fs.readFileSync('package.json', 'utf8'));
fs.mkdirSync(to, { recursive: true });
for (const file of fs.readdirSync(from)) {
  const text = fs.readFileSync(`${from}/${file}`, 'utf8');
  fs.writeFileSync(`${to}/${file}`, text.replaceAll('@VERSION@', `${name} ${version}`));
}
