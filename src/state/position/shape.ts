import { isRecord } from "../../objects.ts";

/** Checks whether a parsed value has a shape. Accepts keys that the shape does not name. */
export type Shape = (value: unknown) => boolean;

export const text: Shape = (value) => typeof value === "string";
export const number: Shape = (value) => typeof value === "number";
export const anything: Shape = () => true;

export function maybe(shape: Shape): Shape {
  return (value) => value === undefined || shape(value);
}

// A saved position is checked at every Stop, by code that nothing has optimized: plain loops take half the time.

export function listOf(shape: Shape): Shape {
  return (value) => {
    if (!Array.isArray(value)) return false;
    for (let index = 0; index < value.length; index++) if (!shape(value[index])) return false;
    return true;
  };
}

/** A record with any keys. */
export function mapOf(shape: Shape): Shape {
  const list = listOf(shape);
  return (value) => isRecord(value) && list(Object.values(value));
}

export function shapeOf(shapes: Record<string, Shape>): Shape {
  const keys = Object.keys(shapes);
  const values = Object.values(shapes);
  return (value) => {
    if (!isRecord(value)) return false;
    for (let index = 0; index < keys.length; index++)
      if (!values[index]?.(value[keys[index] as string])) return false;
    return true;
  };
}

/** A list that starts with these shapes, in this order. */
export function tuple(...shapes: Shape[]): Shape {
  return (value) => Array.isArray(value) && shapes.every((shape, index) => shape(value[index]));
}
