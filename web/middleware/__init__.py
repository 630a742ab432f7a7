"""What every request passes before the routes: its id and log line, headers, keys and rates, limits on size and time.

It holds no route and knows no page. `web.app` puts the middleware in order; each module holds one concern, and
`admission` the slots that bound how many questions are answered at once.
"""
