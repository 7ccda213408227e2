"""A client of either SDK that reaches every tool through the meta-tools."""

import asyncio
import json
import os

from errors import client
from meta_script import turns


async def main(url):
    opened, _, error = client(url)
    async with opened as session:
        listed = await session.list_tools()
        names = [tool.name for tool in listed.tools]
        print(f"{len(names)} tools: {' '.join(names)}")
        script = turns()
        try:
            name, arguments = next(script)
            while True:
                result = await session.call_tool(name, arguments)
                text = result.content[0].text
                if getattr(result, error):
                    raise SystemExit(f"{name} failed: {text}")
                name, arguments = script.send(json.loads(text))
        except StopIteration as end:
            print(end.value)
        again = await session.list_tools()
        assert [tool.model_dump() for tool in again.tools] == [tool.model_dump() for tool in listed.tools]
        print("the list is the same")


if __name__ == "__main__":
    asyncio.run(main(os.environ["SWITCHBOARD_META_URL"]))
