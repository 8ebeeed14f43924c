// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";
import { asPython, decode, encode, integer, oneOf, real } from "../../rnnkit/widgets/src/lib/hash.js";

const fields = { wh_init: real(-10, 10), length: integer(1, 100), activation: oneOf(["relu", "tanh"]) };
const state = { wh_init: -1.05, length: 40, activation: "tanh" };

test("a state written to the hash is read back as it was", () => {
  assert.equal(encode("Lab", state), "Lab:wh_init=-1.05&length=40&activation=tanh");
  assert.deepEqual(decode("Lab", `#${encode("Lab", state)}`, fields)?.state, state);
});

test("page anchors and other labs' hashes are left alone", () => {
  for (const hash of ["", "#", "#sec-clipping", "#Lab", "#Lab-2:length=3", "#OtherLab:length=3"]) {
    assert.equal(decode("Lab", hash, fields), null, hash);
  }
});

test("a wrong hash names the part that is wrong and what is allowed", () => {
  for (const [hash, part] of [
    ["wh_init=11", "from −10 to 10"], ["wh_init=abc", "abc"], ["wh_init=", "from −10 to 10"], ["length=2.5", "whole number"],
    ["length=0", "from 1 to 100"], ["activation=gelu", "relu, tanh"], ["speed=3", "speed"], ["constructor=1", "constructor"], ["wh_init=%E0%A4%A", "wh_init"],
  ]) {
    const found = decode("Lab", `#Lab:${hash}`, fields);
    assert.ok(found?.problem?.includes(part), `${hash}: ${found?.problem}`);
    assert.equal(found?.state, undefined);
  }
});

test("a part of the state may be left out", () => {
  assert.deepEqual(decode("Lab", "#Lab:length=3", fields)?.state, { length: 3 });
  assert.deepEqual(decode("Lab", "#Lab:", fields)?.state, {});
});

test("typed numbers: what a person writes is read, anything else refused", () => {
  const { parse } = real(-10, 10);
  for (const [text, value] of /** @type {Array<[string, number]>} */ ([["1.05", 1.05], [" −2 ", -2], ["+.5", 0.5], ["1e-3", 0.001], ["10", 10], ["7.", 7]])) {
    assert.equal(parse(text), value, text);
  }
  for (const text of ["", " ", ".", "abc", "0x1", "1,5", "1 2", "Infinity", "NaN", "1e999", "10.0001", "--1", "<b>1</b>"]) {
    assert.equal(parse(text), undefined, text);
  }
  assert.equal(integer(1, 100).parse("1e1"), 10);
});

test("the state as Python", () => {
  assert.equal(asPython("Lab", state), 'Lab(wh_init=-1.05, length=40, activation="tanh")');
});
