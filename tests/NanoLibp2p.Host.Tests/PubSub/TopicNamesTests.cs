using System.Text;
using NanoLibp2p.Host.PubSub;

namespace NanoLibp2p.Host.Tests.PubSub;

/// <summary>The names of topics that peers have said, each kept once.</summary>
public class TopicNamesTests
{
    private const int Kept = 65536;

    [Fact]
    public void Names_without_end_are_forgotten_each_65536_of_them_and_those_that_come_again_are_kept_anew()
    {
        TopicNames names = new();
        string first = Get(names, 0);
        for (int i = 1; i < Kept; i++)
        {
            Get(names, i);
        }

        Assert.Same(first, Get(names, 0));

        // one more, for which all others go
        string last = Get(names, Kept);
        string again = Get(names, 0);
        Assert.NotSame(first, again);
        Assert.Equal(first, again);
        Assert.Same(last, Get(names, Kept));
    }

    private static string Get(TopicNames names, int number) => names.Get(Encoding.ASCII.GetBytes($"topic/{number}"));
}
