$ cp $STREAMS/7.2-postcopy.mig in.mig

# Without footers the last section of the package ends where its commands begin,
# also one that nothing describes.
$ cat >rules.json <<END
> {"qevm-rules": 1, "rules": [
>   {"op": "set-footers", "value": false},
>   {"op": "drop-section", "at": "acpi_build"},
>   {"op": "drop-section", "at": "globalstate"}
> ]}
> END
$ qevm rewrite --allow-lossy -r rules.json in.mig -o out.mig
$ qevm show --depth 0 out.mig | grep -A 2 piix4_pm
0000:00:01.3/piix4_pm version 3, instance 0, 2432 bytes, packaged, end found by what follows, not described
(command PING, 9 bytes)
(command POSTCOPY_RUN, 5 bytes)
