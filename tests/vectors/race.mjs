// One signal after another through leadheat's wasm and two rule engines, by the same model: name, microseconds a signal, and
// the scores after each of the first signals, as JSON. Arguments: the directory with all three, and the model.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import vm from 'node:vm';

const [directory, file] = process.argv.slice(2);
const load = createRequire(join(directory, 'index.js'));
vm.runInThisContext(readFileSync(join(directory, 'core.js'), 'utf8') + ';globalThis.wasm_bindgen = wasm_bindgen;');
wasm_bindgen.initSync({ module: readFileSync(join(directory, 'core.wasm')) });

const PAST = 1000;
const model = readFileSync(file, 'utf8');
const subjects = wasm_bindgen.subjects();
const rules = JSON.parse(model).rules.map(({ kind, on, steps: [[from, points]], when }) =>
  ({ fact: `${kind} ${on}`, from, points, channels: when.on }));
const clamped = sum => Math.min(100, Math.max(0, sum));

// Waits only for those who make it wait: a million times over, that alone would be most of the time.
async function time(name, signals, signal) {
  const scores = [];
  let start;
  for (let index = 0; index < subjects.length + signals; index++) {
    if (index === subjects.length) start = performance.now();
    let score = signal(index % subjects.length);
    if (score instanceof Promise) score = await score;
    if (index < subjects.length) scores.push(score);
  }
  return [name, (performance.now() - start) * 1000 / signals, scores];
}

function counted() {
  const facts = { channel: 'paid' };
  for (const subject of subjects) facts[subject] = 0;
  for (let index = 0; index < PAST; index++) facts[subjects[index % subjects.length]]++;
  return facts;
}

function leadheat() {
  const race = new wasm_bindgen.Race(model, PAST);
  return time('leadheat, wasm', 200000, what => race.signal(what));
}

function rulesEngine() {
  const { Engine } = load('json-rules-engine');
  const engine = new Engine();
  for (const { fact, from, points, channels } of rules) {
    const all = [{ fact, operator: 'greaterThanInclusive', value: from }, { fact: 'channel', operator: 'in', value: channels }];
    engine.addRule({ conditions: { all }, event: { type: 'points', params: { points } } });
  }
  const facts = counted();
  return time('json-rules-engine 7', 300, async what => {
    facts[subjects[what]]++;
    const { events } = await engine.run(facts);
    return clamped(events.reduce((sum, event) => sum + event.params.points, 0));
  });
}

function jsonLogic() {
  const { apply } = load('json-logic-js');
  const logic = rules.map(({ fact, from, points, channels }) =>
    [{ and: [{ '>=': [{ var: fact }, from] }, { in: [{ var: 'channel' }, channels] }] }, points]);
  const facts = counted();
  return time('json-logic-js 2', 3000, what => {
    facts[subjects[what]]++;
    return clamped(logic.reduce((sum, [condition, points]) => sum + (apply(condition, facts) ? points : 0), 0));
  });
}

console.log(JSON.stringify([await leadheat(), await rulesEngine(), await jsonLogic()]));
