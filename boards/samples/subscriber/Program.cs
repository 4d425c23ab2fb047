// Hears a topic, and publishes to it each line that is typed. On the shared libraries: the same node as a device's, with a desktop's sizes.
using System;
using System.Collections.Concurrent;
using System.Text;
using System.Threading;
using NanoLibp2p.Boards.Virtual;
using NanoLibp2p.Core;
using NanoLibp2p.Firmware;
using NanoLibp2p.PubSub;
using NanoLibp2p.Samples;

const int LookMs = 50;

DeviceOptions options = new() { Node = NodeOptions.Desktop(), PubSub = PubSubOptions.Desktop() };
using VirtualBoard board = SampleBoard.Create("subscriber", args, "listen = /ip4/127.0.0.1/tcp/4001", options.Node.MaxConnections + 1);
DeviceSettings settings = DeviceSettings.Load(board.Store);
settings.TellUnread(board.Log);
Node node = new(options.Node, DeviceIdentity.Load(board), board.Crypto, board.Random);
Device device = new(board, node, board.Link, options);
device.DialList.Add(settings.Dial);
device.PubSub.Events = new Heard();
Topic topic = device.PubSub.Join(settings.Topic);
Console.WriteLine($"{node.Identity.PeerId} hears {settings.Topic}");
device.Listen(settings.Find("listen", null));

ConcurrentQueue<string> lines = new();
new Thread(ReadLines) { IsBackground = true }.Start();
while (true)
{
    // not kept while nobody hears it, as a sensor's readings are: a command that is late may do harm
    if (lines.TryDequeue(out string? line))
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line);
        int peers = topic.Publish(bytes, 0, bytes.Length);
        Console.WriteLine(peers > 0 ? $"published to {peers}" : "nobody is subscribed");
    }

    long now = board.Clock.NowMs;
    board.Link.Wait((int)Math.Clamp(device.Step(now) - now, 0, LookMs));
}

void ReadLines()
{
    while (Console.ReadLine() is { } text)
    {
        lines.Enqueue(text);
    }
}
