# A web process that starts in a moment: BusyBox's httpd with a page that names this start of it.
mkdir -p /tmp/www
printf '%s %s\n' "$BERTH_INSTANCE" "$(cat /proc/sys/kernel/random/uuid)" > /tmp/www/index.html
exec httpd -f -p "$PORT" -h /tmp/www
