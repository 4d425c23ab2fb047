using System.Linq;
using System.Text;
using NanoLibp2p.Core.Multistream;

namespace NanoLibp2p.Core.Tests.Multistream;

/// <summary>multistream-select (libp2p connections spec), both roles, byte for byte.</summary>
public class NegotiationTests
{
    private const string Header = "/multistream/1.0.0";

    private readonly ProtocolTable _table = new();
    private readonly Negotiation _negotiation = new();
    private readonly int _echo;
    private readonly int _echo2;

    public NegotiationTests()
    {
        _echo = _table.Add("/echo/1.0.0");
        _echo2 = _table.Add("/echo/2.0.0");
    }

    [Fact]
    public void A_message_is_its_length_its_text_and_a_newline()
    {
        Assert.Equal("\x13/multistream/1.0.0\n"u8.ToArray(), _table.Message(ProtocolTable.Header));
        Assert.Equal("\x03na\n"u8.ToArray(), _table.Message(ProtocolTable.NotAvailable));
        Assert.Equal("\x07/noise\n"u8.ToArray(), _table.Message(ProtocolTable.Noise));
        Assert.Equal("\x0D/yamux/1.0.0\n"u8.ToArray(), _table.Message(ProtocolTable.Yamux));
    }

    [Fact]
    public void A_responder_sends_its_header_at_once_and_echoes_what_it_agrees_to()
    {
        _negotiation.Listen(Set(_echo, _echo2));
        Assert.Equal(Text(Header), Output());

        Receive(Text(Header, "/echo/2.0.0"));

        Assert.Equal(NegotiationState.Agreed, _negotiation.State);
        Assert.Equal(_echo2, _negotiation.Protocol);
        Assert.Equal(Text("/echo/2.0.0"), Output());
        Assert.False(_negotiation.HasOutput);
    }

    [Fact]
    public void An_initiator_says_header_and_proposal_together()
    {
        _negotiation.Dial(_echo);

        Assert.Equal(Text(Header, "/echo/1.0.0"), Output());
        Assert.Equal(NegotiationState.AwaitHeader, _negotiation.State);
        Receive(Text(Header));
        Assert.Equal(NegotiationState.AwaitAnswer, _negotiation.State);
        Receive(Text("/echo/1.0.0"));
        Assert.Equal(NegotiationState.Agreed, _negotiation.State);
    }

    [Fact]
    public void What_follows_the_agreement_is_left_to_the_protocol()
    {
        byte[] data = [1, 2, 3];
        _negotiation.Listen(Set(_echo));
        Output();
        Assert.Equal(Text(Header, "/echo/1.0.0").Length, Receive([.. Text(Header, "/echo/1.0.0"), .. data]));

        _negotiation.Dial(_echo);
        Output();
        Assert.Equal(Text(Header, "/echo/1.0.0").Length, Receive([.. Text(Header, "/echo/1.0.0"), .. data]));
        Assert.Equal(0, _negotiation.Receive(_table, data, 0, 3));
    }

    [Theory]
    [InlineData("/echo/3.0.0")]
    [InlineData("/echo/1.0.0/")]
    [InlineData("/echo/1.0")]
    [InlineData("/Echo/1.0.0")]
    [InlineData("ls")]
    [InlineData("na")]
    [InlineData("")]
    [InlineData("/multistream/1.0.0")]
    [InlineData("/noise")]
    [InlineData("/yamux/1.0.0")]
    public void An_unknown_protocol_gets_na_and_the_next_proposal_a_chance(string unknown)
    {
        _negotiation.Listen(Set(_echo));
        Output();

        Receive(Text(Header, unknown));
        Assert.Equal(NegotiationState.AwaitProposal, _negotiation.State);
        Assert.Equal(Text("na"), Output());
        Assert.True(_negotiation.WasRefused);

        Receive(Text("/echo/1.0.0"));
        Assert.Equal(NegotiationState.Agreed, _negotiation.State);
    }

    [Fact]
    public void The_next_proposal_waits_until_the_last_is_answered()
    {
        _negotiation.Listen(Set(_echo));
        Output();
        byte[] both = Text(Header, "/unknown", "/echo/1.0.0");

        int used = _negotiation.Receive(_table, both, 0, both.Length);

        Assert.Equal(Text(Header, "/unknown").Length, used);
        Assert.Equal(0, _negotiation.Receive(_table, both, used, both.Length - used));
        Assert.Equal(Text("na"), Output());
        Assert.Equal(both.Length - used, _negotiation.Receive(_table, both, used, both.Length - used));
        Assert.Equal(NegotiationState.Agreed, _negotiation.State);
    }

    [Fact]
    public void Eight_unknown_proposals_are_refused_and_the_ninth_is_too_many()
    {
        _negotiation.Listen(Set(_echo));
        Output();
        Receive(Text(Header));
        for (int i = 0; i < Negotiation.MaxRefusals; i++)
        {
            Receive(Text($"/unknown/{i}"));
            Assert.Equal(NegotiationState.AwaitProposal, _negotiation.State);
            Assert.Equal(Text("na"), Output());
        }

        Receive(Text("/unknown/8"));

        Assert.Equal(NegotiationState.Malformed, _negotiation.State);
    }

    [Fact]
    public void An_initiator_may_propose_another_protocol_after_a_refusal()
    {
        _negotiation.Dial(_echo2);
        Output();
        Receive(Text(Header, "na"));
        Assert.Equal(NegotiationState.Refused, _negotiation.State);

        _negotiation.Propose(_echo);
        Assert.Equal(Text("/echo/1.0.0"), Output());
        Receive(Text("/echo/1.0.0"));

        Assert.Equal(NegotiationState.Agreed, _negotiation.State);
        Assert.Equal(_echo, _negotiation.Protocol);
    }

    [Theory]
    [InlineData("/echo/2.0.0")]
    [InlineData("/echo/1.0.1")]
    [InlineData("/multistream/1.0.0")]
    [InlineData("nb")]
    [InlineData("")]
    public void An_answer_that_is_neither_the_proposal_nor_na_is_malformed(string answer)
    {
        _negotiation.Dial(_echo);
        Output();

        Receive(Text(Header, answer));

        Assert.Equal(NegotiationState.Malformed, _negotiation.State);
    }

    [Theory]
    [InlineData("/multistream/2.0.0")]
    [InlineData("/multistream/1.0")]
    [InlineData("na")]
    [InlineData("/echo/1.0.0")]
    public void A_peer_must_begin_with_the_header(string first)
    {
        foreach (bool dial in new[] { true, false })
        {
            Begin(dial);
            Receive(Text(first));
            Assert.Equal(NegotiationState.Malformed, _negotiation.State);
        }
    }

    [Theory]
    [InlineData(new byte[] { 0 })]
    [InlineData(new byte[] { 0x93, 0x00 })]
    [InlineData(new byte[] { 0x80, 0x80 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0x03 })]
    [InlineData(new byte[] { 0x81, 0x08 })]
    [InlineData(new byte[] { 0xFF, 0x7F })]
    public void A_length_that_is_0_or_padded_or_above_1024_is_malformed(byte[] length)
    {
        foreach (bool dial in new[] { true, false })
        {
            Begin(dial);
            Receive(length);
            Assert.Equal(NegotiationState.Malformed, _negotiation.State);
        }
    }

    [Fact]
    public void A_message_of_1024_bytes_is_read_to_its_end_and_refused()
    {
        _negotiation.Listen(Set(_echo));
        Output();
        byte[] longest = new byte[2 + 1024];
        longest[0] = 0x80;
        longest[1] = 0x08;
        longest[^1] = (byte)'\n';

        Receive([.. Text(Header), .. longest]);

        Assert.Equal(Text("na"), Output());
    }

    [Fact]
    public void A_message_without_its_newline_is_malformed()
    {
        _negotiation.Listen(Set(_echo));
        Receive(Text(Header));
        Receive("\x0C/echo/1.0.0 "u8.ToArray());

        Assert.Equal(NegotiationState.Malformed, _negotiation.State);
    }

    [Fact]
    public void A_negotiation_serves_one_stream_after_another()
    {
        for (int turn = 0; turn < 3; turn++)
        {
            _negotiation.Listen(Set(_echo));
            Receive("\x05junk"u8.ToArray());
            An_unknown_protocol_gets_na_and_the_next_proposal_a_chance("/other");
            _negotiation.Dial(_echo);
            Assert.False(_negotiation.WasRefused);
            Assert.Equal(Text(Header, "/echo/1.0.0"), Output());
        }
    }

    [Fact]
    public void A_full_table_and_an_id_that_is_too_long_are_told_to_whoever_adds_them()
    {
        Assert.Throws<System.ArgumentException>(() => _table.Add(new string('a', 127)));
        int last = _table.Add(new string('a', 126));
        Assert.Equal(128, _table.Message(last).Length);
        while (_table.Count < ProtocolTable.Capacity)
        {
            _table.Add("/" + _table.Count);
        }

        Assert.Throws<System.InvalidOperationException>(() => _table.Add("/one/more"));
    }

    [Fact]
    public void The_longest_id_is_agreed_on()
    {
        int longest = _table.Add(new string('a', 126));
        _negotiation.Listen(Set(longest));
        Output();

        Receive([.. Text(Header), .. _table.Message(longest)]);

        Assert.Equal(NegotiationState.Agreed, _negotiation.State);
        Assert.Equal(longest, _negotiation.Protocol);
    }

    private static uint Set(params int[] protocols) => protocols.Aggregate(0u, (set, protocol) => set | (1u << protocol));

    private static byte[] Text(params string[] messages) =>
        messages.SelectMany(message => (byte[])[(byte)(message.Length + 1), .. Encoding.ASCII.GetBytes(message), (byte)'\n']).ToArray();

    private void Begin(bool dial)
    {
        if (dial)
        {
            _negotiation.Dial(_echo);
        }
        else
        {
            _negotiation.Listen(Set(_echo));
        }
        Output();
    }

    private int Receive(byte[] bytes) => _negotiation.Receive(_table, bytes, 0, bytes.Length);

    private byte[] Output()
    {
        byte[] buffer = new byte[300];
        int expected = _negotiation.OutputBytes(_table);
        int count = _negotiation.Transmit(_table, buffer, 7);
        Assert.Equal(expected, count);
        return buffer[7..(7 + count)];
    }
}
