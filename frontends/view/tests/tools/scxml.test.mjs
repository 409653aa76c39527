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
  const { states, steps, transitions, entrances, after, isFinal } = expected(chart);
  const model = await modelOf(path(chart, 'scxml'));
  const events = [...transitions, ...entrances.keys(), 'adopted', 'operationCreated', 'nonsense'];
  /** A machine after these events. */
  const received = (...names) => {
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
    assert.deepEqual(received().getConfiguration(), ['unknown']);
    for (const event of events) {
      const state = entrances.get(event) ?? 'unknown';
      assert.deepEqual(place(received(event)), [...(states.get(state) ?? []), state], event);
    }
  });

  test(`${chart}: every state follows the table, and ignores any other event`, () => {
    let taken = 0;
    for (const state of states.keys()) {
      for (const event of events) {
        const next = after(state, event);
        taken += next ? 1 : 0;
        const machine = received(enter(state), event);
        assert.deepEqual(place(machine), [...states.get(next ?? state), next ?? state], `${state} + ${event}`);
      }
    }
    assert.equal(taken, steps.length);
  });

  test(`${chart}: final states are final`, () => {
    for (const state of states.keys()) {
      assert.equal(received(enter(state)).isFinal(), isFinal(state), state);
    }
  });
}
