// One signal after another through leadheat's wasm and two rule engines, by the same model: name, microseconds a signal and
// score after the last, as JSON. Arguments: the directory with all three, and the model.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import vm from 'node:vm';

const [directory, file] = process.argv.slice(2);
const load = createRequire(join(directory, 'index.js'));
const model = readFileSync(file, 'utf8');
const rules = JSON.parse(model).rules.map(rule => ({ fact: `${rule.kind} ${rule.on}`, from: rule.steps[0][0], points: rule.steps[0][1] }));
const SUBJECTS = 300;
const PAST = 1000;
const CHANNELS = ['search', 'paid'];
const subject = what => `${['page_view', 'mark', 'form_submit'][what % 3]} /section-${Math.floor(what / 3)}`;
const clamped = sum => Math.min(100, Math.max(0, sum));

async function time(name, signals, signal) {
  let score;
  for (let index = 0; index < signals / 10; index++) score = await signal(index % SUBJECTS);
  const start = performance.now();
  for (let index = 0; index < signals; index++) score = await signal(index % SUBJECTS);
  return [name, (performance.now() - start) * 1000 / signals, score];
}

function counted() {
  const facts = { channel: 'paid' };
  for (let index = 0; index < PAST; index++) {
    const fact = subject(index % SUBJECTS);
    facts[fact] = (facts[fact] ?? 0) + 1;
  }
  return facts;
}

async function wasm() {
  vm.runInThisContext(readFileSync(join(directory, 'core.js'), 'utf8') + ';globalThis.wasm_bindgen = wasm_bindgen;');
  wasm_bindgen.initSync({ module: readFileSync(join(directory, 'core.wasm')) });
  const race = new wasm_bindgen.Race(model, PAST);
  // Without `await`, which a million times over would be most of the time.
  const SIGNALS = 200000;
  let score;
  for (let index = 0; index < SIGNALS / 10; index++) score = race.signal(index % SUBJECTS);
  const start = performance.now();
  for (let index = 0; index < SIGNALS; index++) score = race.signal(index % SUBJECTS);
  return ['leadheat, wasm', (performance.now() - start) * 1000 / SIGNALS, score];
}

async function rulesEngine() {
  const { Engine } = load('json-rules-engine');
  const engine = new Engine();
  for (const { fact, from, points } of rules) {
    engine.addRule({ conditions: { all: [{ fact, operator: 'greaterThanInclusive', value: from }, { fact: 'channel', operator: 'in', value: CHANNELS }] }, event: { type: 'points', params: { points } } });
  }
  const facts = counted();
  return time('json-rules-engine 7', 300, async what => {
    facts[subject(what)]++;
    const { events } = await engine.run(facts);
    return clamped(events.reduce((sum, event) => sum + event.params.points, 0));
  });
}

async function jsonLogic() {
  const { apply } = load('json-logic-js');
  const logic = rules.map(({ fact, from, points }) => [{ and: [{ '>=': [{ var: fact }, from] }, { in: [{ var: 'channel' }, CHANNELS] }] }, points]);
  const facts = counted();
  return time('json-logic-js 2', 3000, what => {
    facts[subject(what)]++;
    return clamped(logic.reduce((sum, [condition, points]) => sum + (apply(condition, facts) ? points : 0), 0));
  });
}

console.log(JSON.stringify([await wasm(), await rulesEngine(), await jsonLogic()]));
