// What the machines have to do, read from two other forms: the table and the Mermaid diagram.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.env.CALLFOLD_CHARTS;
assert.ok(folder, 'CALLFOLD_CHARTS names the folder of the charts');

export const charts = ['call', 'operation'];
export const path = (chart, form) => join(folder, `${chart}.${form}`);
export const text = (chart, form) => readFileSync(path(chart, form), 'utf8');

/** `{ states: Map(name -> superstates, outermost first), steps: ["from transition to"], after(state, event) }` */
export function expected(chart) {
  const states = places(text(chart, 'mermaid'));
  const steps = table(text(chart, 'table'));
  const drawn = [...text(chart, 'mermaid').matchAll(/^ {2}(\w+) --> (\w+): (\w+)$/gm)];
  assert.deepEqual(steps.toSorted(), drawn.map(([, from, to, transition]) => `${from} ${transition} ${to}`).sort());
  const transitions = [...new Set(steps.map((step) => step.split(' ')[1]))];
  const after = (state, event) =>
    steps.map((step) => step.split(' ')).find(([from, transition]) => from === state && transition === event)?.[2];
  const isFinal = (state) => !steps.some((step) => step.startsWith(`${state} `));
  return { states, steps, transitions, entrances: entrances(chart, states), after, isFinal };
}

/** What a machine may begin with, by hand: event -> state. */
function entrances(chart, states) {
  const anywhere = chart === 'call' ? 'adopted' : 'operationCreated';
  const natural = chart === 'call' ? [['offered', 'incoming'], ['placed', 'establishing']] : [];
  return new Map([...natural, ...[...states.keys()].map((state) => [`${anywhere}.${state}`, state])]);
}

function places(mermaid) {
  const states = new Map();
  const open = [];
  for (const line of mermaid.split('\n').slice(1).map((line) => line.trim())) {
    if (/^state \w+ \{$/.test(line)) open.push(line.split(' ')[1]);
    else if (line === '}') open.pop();
    else if (/^\w+$/.test(line)) states.set(line, [...open]);
  }
  return states;
}

function table(markdown) {
  const rows = markdown.trim().split('\n').map((row) => row.split('|').slice(1, -1).map((cell) => cell.trim()));
  const [[, ...targets], , ...states] = rows;
  return states.flatMap(([from, ...transitions]) =>
    transitions.flatMap((transition, column) => (transition ? [`${from} ${transition} ${targets[column]}`] : [])));
}
