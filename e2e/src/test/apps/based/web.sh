# A web process whose page says which base image it stands on. An app with the file "needs" does not
# start on a base that lacks the file named in it. /cgi-bin/page answers 500 on a base that has
# /etc/base-fails.
mkdir -p /tmp/www
if [ -e needs ] && ! [ -e "$(cat needs)" ]; then
  echo "this app needs $(cat needs), which its base image lacks" >&2
  exit 1
fi
cat /etc/base-version > /tmp/www/index.html 2> /dev/null || echo 1 > /tmp/www/index.html
ln -s /app/cgi-bin /tmp/www/cgi-bin
exec httpd -f -p "$PORT" -h /tmp/www
