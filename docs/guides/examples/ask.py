#!/usr/bin/env python3
"""Ask a firm's bot a question through its API channel, and print what comes back.

    LINGXI_URL=https://HOST LINGXI_KEY=lxk.... python3 ask.py CHANNEL_ID CUSTOMER_ID "How do I file a claim?"

The key needs the rights SERVE and READ_CONVERSATIONS. Python 3.9 or later, nothing to install.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid

RECEIVE = """
mutation Receive($input: ReceiveMessageInput!) {
  receiveMessage(input: $input) { status errors { field message } message { conversationId seq } }
}
"""
ANSWERS = """
query Answers($id: ID!, $after: Int!) {
  conversation(id: $id) { status messages(afterSeq: $after) { seq author text choices { label } } }
}
"""


class Refused(Exception):
    """The service has understood and said no; sending it again helps nobody."""


class Lingxi:
    def __init__(self, url, key):
        self.address, self.key = url.rstrip("/") + "/graphql", key

    def run(self, query, variables):
        """Runs an operation. What may pass by itself (no network, 429, 503) is tried again for half a minute."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"content-type": "application/json", "authorization": "Bearer " + self.key}
        for pause in (0.5, 1, 2, 4, 8, 15, None):
            try:
                request = urllib.request.Request(self.address, body, headers)
                with urllib.request.urlopen(request, timeout=10) as answer:
                    result = json.load(answer)
                break
            except urllib.error.HTTPError as error:
                if error.code not in (429, 503) or pause is None:
                    raise Refused(f"{error.code}: {error.read().decode()}") from error
            except OSError:
                if pause is None:
                    raise
            time.sleep(pause)
        if result.get("errors"):
            first = result["errors"][0]
            raise Refused(f"{first['extensions']['code']}: {first['message']}")
        return result["data"]


def ask(lingxi, channel, customer, text):
    """Sends a customer's question, and gives the messages that answer it."""
    # One key per message, kept over retries: the message is stored once, however often it is sent.
    question = {
        "channelId": channel,
        "identity": {"kind": "EXTERNAL", "value": customer},
        "idempotencyKey": str(uuid.uuid4()),
        "text": text,
    }
    stored = lingxi.run(RECEIVE, {"input": question})["receiveMessage"]
    if stored["status"] != "OK":
        raise Refused("; ".join(f"{error['field']}: {error['message']}" for error in stored["errors"]))
    message = stored["message"]
    until = time.monotonic() + 30
    while time.monotonic() < until:
        found = lingxi.run(ANSWERS, {"id": message["conversationId"], "after": message["seq"]})["conversation"]
        answers = [one for one in found["messages"] if one["author"] != "CONTACT"]
        if answers:
            return answers
        time.sleep(0.3)
    raise Refused("Nobody answered within 30 seconds; a webhook would tell when somebody does.")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    try:
        for answer in ask(Lingxi(os.environ["LINGXI_URL"], os.environ["LINGXI_KEY"]), *sys.argv[1:]):
            print(f"{answer['author']}: {answer['text']}")
            for choice in answer["choices"]:
                print(f"  - {choice['label']}")
    except Refused as refused:
        sys.exit(f"refused: {refused}")
