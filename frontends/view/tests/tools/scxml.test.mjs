// SCION loads the document, and does what the table says: for every state and every event.
import assert from 'node:assert/strict';
import test from 'node:test';
import { promisify } from 'node:util';
import scxml from '@scion-scxml/scxml';
import { charts, expected, path } from './charts.mjs';

const modelOf = async (file) => {
  const model = await promisify(scxml.pathToModel)(file);
  return promisify(model.prepare.bind(model))();
};

for (const chart of charts) {
  const { states, steps, causes, entrances, after, isFinal } = expected(chart);
  const model = await modelOf(path(chart, 'scxml'));
  const events = [...causes, ...entrances.keys(), 'adopted', 'operationCreated', 'nonsense'];
  /** A machine that heard these. */
  const heard = (...names) => {
    const machine = new scxml.core.Statechart(model);
    machine.start();
    names.forEach((name) => machine.gen({ name }));
    return machine;
  };
  /** The state, and the superstates that hold it, outermost first. */
  const place = (machine) =>
    machine.getFullConfiguration().filter((id) => !id.startsWith('$generated')).reverse();
  const enter = (state) => [...entrances].findLast(([, entered]) => entered === state)[0];

  test(`${chart}: it begins with what a lifecycle begins with, and with nothing else`, () => {
    assert.deepEqual(heard().getConfiguration(), ['unknown']);
    for (const event of events) {
      const state = entrances.get(event) ?? 'unknown';
      assert.deepEqual(place(heard(event)), [...(states.get(state) ?? []), state], event);
    }
  });

  test(`${chart}: every state takes what the table says, and stays at anything else`, () => {
    let taken = 0;
    for (const state of states.keys()) {
      for (const event of events) {
        const next = after(state, event);
        taken += next ? 1 : 0;
        const machine = heard(enter(state), event);
        assert.deepEqual(place(machine), [...states.get(next ?? state), next ?? state], `${state} + ${event}`);
      }
    }
    assert.equal(taken, steps.length);
  });

  test(`${chart}: final states are final`, () => {
    for (const state of states.keys()) {
      assert.equal(heard(enter(state)).isFinal(), isFinal(state), state);
    }
  });
}
