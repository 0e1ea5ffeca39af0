/** Names that everybody has for colours. */
export type Colour =
  | 'black'
  | 'grey'
  | 'white'
  | 'red'
  | 'orange'
  | 'brown'
  | 'yellow'
  | 'green'
  | 'cyan'
  | 'blue'
  | 'purple'
  | 'pink';

/** @param rgb each from 0 to 255 */
export function colourOf([red, green, blue]: readonly [number, number, number]): Colour {
  const most = Math.max(red, green, blue);
  const span = most - Math.min(red, green, blue);
  if (most < 45) return 'black';
  if (span < 0.16 * most || span < 20) return most > 215 ? 'white' : 'grey';
  return hueName(hueOf(red, green, blue), most, span / most);
}

/** Degrees on the colour circle. */
function hueOf(red: number, green: number, blue: number): number {
  const most = Math.max(red, green, blue);
  const span = most - Math.min(red, green, blue);
  if (most === red) return (60 * ((green - blue) / span) + 360) % 360;
  return most === green ? 60 * ((blue - red) / span) + 120 : 60 * ((red - green) / span) + 240;
}

function hueName(hue: number, most: number, saturation: number): Colour {
  if (hue < 15 || hue >= 345) return saturation < 0.45 && most > 180 ? 'pink' : 'red';
  if (hue < 45) return most < 170 ? 'brown' : 'orange';
  if (hue < 70) return 'yellow';
  if (hue < 165) return 'green';
  if (hue < 195) return 'cyan';
  if (hue < 258) return 'blue';
  return hue < 290 ? 'purple' : 'pink';
}
