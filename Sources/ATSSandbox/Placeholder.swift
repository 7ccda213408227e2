// ATSSandbox
