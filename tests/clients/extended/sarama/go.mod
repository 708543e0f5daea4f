module tenon/clients/sarama

go 1.26.0

require (
	github.com/IBM/sarama v1.61.1
	tenon/clients/report v0.0.0
)

replace tenon/clients/report => ../report
