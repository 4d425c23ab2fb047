using NanoLibp2p.Buffers;
using NanoLibp2p.Multiformats;
using NanoLibp2p.PubSub;

namespace NanoLibp2p.NFUnitTest
{
    /// <summary>Counts what it hears and keeps the last.</summary>
    internal sealed class Subscriber : PubSubEvents
    {
        public int Messages { get; private set; }

        public int Signed { get; private set; }

        public PeerId Author { get; private set; }

        public string Text { get; private set; }

        public override void OnMessage(Topic topic, PubSubMessage message)
        {
            Messages++;
            Signed += message.IsSigned ? 1 : 0;
            Author = message.CopyFrom();
            Text = Bytes.ToText(message.Buffer, message.DataOffset, message.DataCount);
        }
    }
}
