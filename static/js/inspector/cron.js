// The plain picker of a schedule ↔ a cron expression. Pure.
// A plan: {every: 'hour' | 'day' | 'weekday' | 'week' | 'month' | 'cron', minute, time: 'HH:MM', weekday, day}.

const WHOLE = /^\d{1,2}$/;

/** The cron expression of a plan; null for one that is not finished, or a cron expression of its own. */
export function toCron({ every, minute, time, weekday, day }) {
  if (every === 'hour') return isWithin(minute, 0, 59) ? `${Number(minute)} * * * *` : null;
  const found = /^(\d{2}):(\d{2})/.exec(time ?? '');
  if (!found) return null;
  const at = `${Number(found[2])} ${Number(found[1])}`;
  if (every === 'day') return `${at} * * *`;
  if (every === 'weekday') return `${at} * * 1-5`;
  if (every === 'week') return isWithin(weekday, 0, 6) ? `${at} * * ${Number(weekday)}` : null;
  if (every === 'month') return isWithin(day, 1, 31) ? `${at} ${Number(day)} * *` : null;
  return null;
}

/** The plan that gives a cron expression; {every: 'cron'} when the plain picker has none. */
export function fromCron(text) {
  const fields = String(text ?? '')
    .trim()
    .split(/\s+/);
  const [minute, hour, day, month, weekday] = fields;
  if (fields.length !== 5 || month !== '*' || !isWithin(minute, 0, 59)) return { every: 'cron' };
  if (hour === '*')
    return day === '*' && weekday === '*' ? { every: 'hour', minute: Number(minute) } : { every: 'cron' };
  if (!isWithin(hour, 0, 23)) return { every: 'cron' };
  const time = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  if (day === '*' && weekday === '*') return { every: 'day', time };
  if (day === '*' && weekday === '1-5') return { every: 'weekday', time };
  if (day === '*' && isWithin(weekday, 0, 7)) return { every: 'week', time, weekday: Number(weekday) % 7 };
  if (weekday === '*' && isWithin(day, 1, 31)) return { every: 'month', time, day: Number(day) };
  return { every: 'cron' };
}

function isWithin(text, low, high) {
  return WHOLE.test(String(text)) && Number(text) >= low && Number(text) <= high;
}
