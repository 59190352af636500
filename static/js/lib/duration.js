// Durations and moments in the reader's words. `duration` says it like the template filter of the same name.

/** "42 s", "3 min 12 s", "2 h 5 min", "3 days". Units come from Intl, in the page's language. */
export function duration(seconds, language = 'en') {
  const total = Math.max(0, Math.floor(seconds));
  const unit = (value, name) =>
    new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: name === 'day' ? 'long' : 'short' })
      .format(value)
      .replace('sec', 's')
      .replace('hr', 'h');
  const [minutes, hours] = [Math.floor(total / 60), Math.floor(total / 3600)];
  if (total < 60) return unit(total, 'second');
  if (minutes < 60) return `${unit(minutes, 'minute')} ${unit(total % 60, 'second')}`;
  if (hours < 48) return `${unit(hours, 'hour')} ${unit(minutes % 60, 'minute')}`;
  return unit(Math.floor(hours / 24), 'day');
}

/** "2 hours ago" for a moment before `now` (both ms). */
export function ago(moment, now, language = 'en') {
  const seconds = Math.round((moment - now) / 1000);
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  if (Math.abs(seconds) < 60) return format.format(0, 'second');
  if (Math.abs(seconds) < 3600) return format.format(Math.trunc(seconds / 60), 'minute');
  if (Math.abs(seconds) < 86_400) return format.format(Math.trunc(seconds / 3600), 'hour');
  return format.format(Math.trunc(seconds / 86_400), 'day');
}
