{{/* What cannot work is refused with how to mend it, before anything is made. */}}
{{- define "lingxi.checks" -}}
{{- if eq .Values.mode "services" -}}
{{- if not .Values.database.existingSecret -}}
{{- fail "mode services needs a PostgreSQL: make a Secret with the keys app-url and owner-url, and name it in database.existingSecret" -}}
{{- end -}}
{{- if not .Values.nats.url -}}
{{- fail "mode services needs a NATS with JetStream: set nats.url, such as nats://nats:4222" -}}
{{- end -}}
{{- else if .Values.nats.url -}}
{{- fail "nats.url is for mode services; in mode single one process does everything" -}}
{{- end -}}
{{- range $old, $new := dict "postgresql" "database" "databaseUrl" "database.existingSecret" "natsUrl" "nats.url" "replicaCount" "defaults.replicas" }}
{{- if hasKey $.Values $old -}}
{{- fail (printf "%s is not a value any more: set %s" $old $new) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.operator.enabled (not .Values.operator.tokenSecret) -}}
{{- fail "operator.enabled needs operator.tokenSecret: a Secret with a key `token` of 16 characters or more" -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.host) -}}
{{- fail "ingress.enabled needs ingress.host" -}}
{{- end -}}
{{- end -}}
