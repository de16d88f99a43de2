const width = 88;
const height = 69;

/** A small evening sky as a Windows bitmap (24 bits a pixel, rows from the bottom). */
export function sunset(): Buffer {
  const headerOctets = 54;
  const bitmap = Buffer.alloc(headerOctets + width * height * 3);
  bitmap.write('BM');
  bitmap.writeUInt32LE(bitmap.length, 2);
  bitmap.writeUInt32LE(headerOctets, 10);
  bitmap.writeUInt32LE(40, 14);
  bitmap.writeUInt32LE(width, 18);
  bitmap.writeUInt32LE(height, 22);
  bitmap.writeUInt16LE(1, 26);
  bitmap.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) bitmap.set(pixel(x, y), headerOctets + (y * width + x) * 3);
  return bitmap;
}

/** Blue, green, red: dark sea below, the sun half in it, red to blue above. */
function pixel(x: number, y: number): readonly [number, number, number] {
  const horizon = 21;
  if (y < horizon) return [90 - y * 2, 50 + y, 40 + y * 4];
  if (Math.hypot(x - width / 2, y - horizon) < 14) return [80, 210, 255];
  const up = (y - horizon) / (height - horizon);
  return [70 + 130 * up, 120 - 40 * up, 250 - 190 * up].map(Math.round) as [number, number, number];
}

/** A month of readings, four a day. */
export function temperatures(): string {
  const rows = ['day,hour,celsius'];
  for (let day = 1; day <= 31; day++)
    for (const hour of [0, 6, 12, 18]) {
      const celsius = 14 - day / 5 + 5 * Math.sin(((hour - 8) * Math.PI) / 12) + (day % 3);
      rows.push(`2025-10-${String(day).padStart(2, '0')},${hour}:00,${celsius.toFixed(1)}`);
    }
  return `${rows.join('\n')}\n`;
}
